import java.util.Map;

/** What a test wants: who is to do what. */
final class Order {
  String verb;
  String address;
  String user;
  String secret;
  boolean token; // the secret is a token, and nobody logs in
  boolean discovery; // ask for gateways first

  String engineType;
  String runType;
  String creator;
  String code;
  Map<String, Object> variables;
  Map<String, Object> labels;
  String killAt; // the status in which it is killed
  int pageSize; // of openFile; 0: the client's own
  int logSize; // of each look at the log; 0: the client's own
}
