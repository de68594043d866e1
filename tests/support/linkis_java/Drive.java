import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.linkis.ujes.client.UJESClientImpl;

/**
 * Linkis' own clients, told by one JSON object what to do; what came of it is the last line, after
 * {@code RESULT }.
 */
public final class Drive {
  private static final Gson GSON = new GsonBuilder().serializeNulls().create();

  private Drive() {}

  public static void main(String[] words) {
    Order order = GSON.fromJson(words[0], Order.class);
    Map<String, Object> said = new LinkedHashMap<>();
    try {
      run(order, said);
    } catch (Throwable failure) {
      said.put("failure", failure.getClass().getSimpleName());
      said.put("message", String.valueOf(failure.getMessage()));
    }
    System.out.println("RESULT " + GSON.toJson(said));
    System.out.flush();
    Runtime.getRuntime().halt(0); // the clients leave threads behind
  }

  private static void run(Order order, Map<String, Object> said) throws Exception {
    try (UJESClientImpl client = new UJESClientImpl(Clients.configured(order))) {
      switch (order.verb) {
        case "interactive":
          new Interactive(client, said).run(order);
          break;
        case "list":
          new Ujes(client, said).list(order);
          break;
        case "restart":
          new Ujes(client, said).overARestart(order);
          break;
        default:
          new Ujes(client, said).run(order);
      }
    }
  }
}
