import java.util.concurrent.TimeUnit;
import org.apache.linkis.httpclient.authentication.AbstractAuthenticationStrategy;
import org.apache.linkis.httpclient.dws.authentication.StaticAuthenticationStrategy;
import org.apache.linkis.httpclient.dws.authentication.TokenAuthenticationStrategy;
import org.apache.linkis.httpclient.dws.config.DWSClientConfig;
import org.apache.linkis.httpclient.dws.config.DWSClientConfigBuilder;

/** A client as Linkis' own examples configure one. */
final class Clients {
  private static final int PATIENCE = 30_000; // milliseconds

  private Clients() {}

  static DWSClientConfig configured(Order order) {
    DWSClientConfigBuilder builder = DWSClientConfigBuilder.newBuilder();
    builder
        .addServerUrl(order.address)
        .connectionTimeout(PATIENCE)
        .readTimeout(PATIENCE)
        .discoveryEnabled(order.discovery)
        .discoveryFrequency(1, TimeUnit.MINUTES)
        .loadbalancerEnabled(order.discovery)
        .maxConnectionSize(5)
        .retryEnabled(false)
        .setAuthenticationStrategy(strategy(order))
        .setAuthTokenKey(order.token ? TokenAuthenticationStrategy.TOKEN_KEY() : order.user)
        .setAuthTokenValue(order.secret);
    builder.setDWSVersion("v1");
    return builder.build();
  }

  private static AbstractAuthenticationStrategy strategy(Order order) {
    return order.token ? new TokenAuthenticationStrategy() : new StaticAuthenticationStrategy();
  }
}
