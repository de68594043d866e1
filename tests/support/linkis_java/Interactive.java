import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.linkis.computation.client.LinkisJobClient;
import org.apache.linkis.computation.client.ResultSetIterable;
import org.apache.linkis.computation.client.ResultSetIterator;
import org.apache.linkis.computation.client.interactive.InteractiveJobBuilder;
import org.apache.linkis.computation.client.interactive.SubmittableInteractiveJob;
import org.apache.linkis.ujes.client.UJESClient;

/** LinkisJobClient: it follows a job by itself and tells listeners. */
final class Interactive {
  private static final long PAUSE = 200; // milliseconds between two looks

  private final UJESClient client;
  private final Map<String, Object> said;

  Interactive(UJESClient client, Map<String, Object> said) {
    this.client = client;
    this.said = said;
  }

  void run(Order order) throws InterruptedException {
    List<String> heard = Collections.synchronizedList(new ArrayList<>());
    List<Float> progress = Collections.synchronizedList(new ArrayList<>());
    SubmittableInteractiveJob job = built(order);
    job.addLogListener(lines -> heard.add(lines.get(lines.size() - 1)));
    job.addProgressListener((now, infos) -> progress.add(now));
    job.submit();
    said.put("taskID", job.getId());
    if (order.killAt == null) {
      job.waitForCompleted();
    } else {
      kill(job);
    }
    said.put("status", job.getJobInfo().getStatus());
    said.put("succeed", job.isSucceed());
    said.put("wholeLog", Arrays.asList(job.getAllLogs()));
    if (job.isSucceed()) {
      said.put("rows", rows(job));
    }
    said.put("log", new ArrayList<>(heard));
    said.put("progress", new ArrayList<>(progress));
  }

  /** Who has killed a job cannot wait for it: the client refuses. */
  private static void kill(SubmittableInteractiveJob job) throws InterruptedException {
    job.kill();
    while (!job.getJobInfoResult().isCompleted()) {
      Thread.sleep(PAUSE);
    }
  }

  private SubmittableInteractiveJob built(Order order) {
    LinkisJobClient.config().setDefaultUJESClient(client);
    InteractiveJobBuilder builder = LinkisJobClient.interactive().builder();
    builder
        .setEngineType(order.engineType)
        .setCreator(order.creator)
        .setCode(order.code)
        .setRunTypeStr(order.runType)
        .addExecuteUser(order.user);
    if (order.variables != null) {
      builder.setVariableMap(new HashMap<>(order.variables));
    }
    return builder.build();
  }

  private static List<Object> rows(SubmittableInteractiveJob job) {
    List<Object> rows = new ArrayList<>();
    for (ResultSetIterable set : job.getResultSetIterables()) {
      ResultSetIterator<?, ?> iterator = set.iterator();
      iterator.getMetadata();
      while (iterator.hasNext()) {
        rows.add(iterator.next());
      }
    }
    return rows;
  }
}
