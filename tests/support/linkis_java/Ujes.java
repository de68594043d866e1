import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.linkis.ujes.client.UJESClient;
import org.apache.linkis.ujes.client.request.JobExecuteAction;
import org.apache.linkis.ujes.client.request.JobListAction;
import org.apache.linkis.ujes.client.request.JobSubmitAction;
import org.apache.linkis.ujes.client.request.OpenLogAction;
import org.apache.linkis.ujes.client.request.ResultSetAction;
import org.apache.linkis.ujes.client.response.JobExecuteResult;
import org.apache.linkis.ujes.client.response.JobInfoResult;
import org.apache.linkis.ujes.client.response.JobLogResult;
import org.apache.linkis.ujes.client.response.JobStatusResult;
import org.apache.linkis.ujes.client.response.ResultSetResult;

/** UJESClient, call by call. */
final class Ujes {
  private static final int ALL = 3; // of the four parts of a log
  private static final long PAUSE = 200; // milliseconds between two looks

  private final UJESClient client;
  private final Map<String, Object> said;

  Ujes(UJESClient client, Map<String, Object> said) {
    this.client = client;
    this.said = said;
  }

  void run(Order order) throws InterruptedException {
    JobExecuteResult job = begin(order);
    follow(order, job);
    tellEnd(order, job);
  }

  void list(Order order) {
    JobListAction action =
        JobListAction.newBuilder().setPageNow(1).setPageSize(5).addStatus("Succeed").build();
    action.setUser(order.user);
    said.put("tasks", client.list(action).getTasks());
  }

  /** The coordinator is stopped and comes back between two lines of stdin. */
  void overARestart(Order order) throws Exception {
    JobExecuteResult job = begin(order);
    follow(order, job);
    System.out.println("READY");
    System.out.flush();
    if (System.in.read() < 0) {
      throw new IllegalStateException("nobody restarted anything");
    }
    tellEnd(order, job);
  }

  private JobExecuteResult begin(Order order) {
    JobExecuteResult job =
        order.verb.equals("execute")
            ? client.execute(executed(order))
            : client.submit(submitted(order));
    said.put("execID", job.getExecID());
    said.put("taskID", job.getTaskID());
    return job;
  }

  private JobExecuteAction executed(Order order) {
    return JobExecuteAction.builder()
        .setUser(order.user)
        .setCreator(order.creator)
        .addExecuteCode(order.code)
        .setEngineTypeStr(order.engineType)
        .setRunTypeStr(order.runType)
        .setVariableMap(orEmpty(order.variables))
        .setScriptPath("file:///script")
        .build();
  }

  private JobSubmitAction submitted(Order order) {
    Map<String, Object> labels = new HashMap<>(orEmpty(order.labels));
    labels.put("engineType", order.engineType);
    labels.put("userCreator", order.user + "-" + order.creator);
    labels.put("codeType", order.runType);
    return JobSubmitAction.builder()
        .setUser(order.user)
        .addExecuteUser(order.user)
        .addExecuteCode(order.code)
        .setRunTypeStr(order.runType)
        .setLabels(labels)
        .setVariableMap(orEmpty(order.variables))
        .build();
  }

  private void follow(Order order, JobExecuteResult job) throws InterruptedException {
    List<String> statuses = new ArrayList<>();
    List<Object> progress = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    said.put("statuses", statuses);
    said.put("progress", progress);
    said.put("log", lines);
    JobStatusResult status;
    int fromLine = 0;
    boolean killed = order.killAt == null;
    do {
      status = client.status(job);
      note(statuses, status.getJobStatus());
      progress.add(client.progress(job).getProgress());
      fromLine = read(job, fromLine, order.logSize, lines);
      if (!killed && status.getJobStatus().equals(order.killAt)) {
        said.put("killed", client.kill(job).getMessage());
        killed = true;
      }
      Thread.sleep(status.isCompleted() ? 0 : PAUSE);
    } while (!status.isCompleted());
    while (fromLine != (fromLine = read(job, fromLine, order.logSize, lines))) {
      continue;
    }
    said.put("pause", client.pause(job).getMessage());
  }

  private int read(JobExecuteResult job, int fromLine, int size, List<String> lines) {
    JobLogResult log = client.log(job, fromLine, size);
    if (!log.getLog().get(ALL).isEmpty()) {
      lines.add(log.getLog().get(ALL));
    }
    return log.getFromLine();
  }

  private void tellEnd(Order order, JobExecuteResult job) {
    JobInfoResult info = client.getJobInfo(job);
    said.put("status", info.getJobStatus());
    said.put("task", info.getTask());
    said.put("persisted", info.getRequestPersistTask().getErrCode());
    OpenLogAction whole =
        OpenLogAction.newBuilder()
            .setLogPath(info.getRequestPersistTask().getLogPath())
            .setProxyUser(order.user)
            .build();
    said.put("wholeLog", client.openLog(whole).getLog());
    if (info.isSucceed()) {
      tellResults(order, info);
    }
  }

  private void tellResults(Order order, JobInfoResult info) {
    List<Object> files = new ArrayList<>();
    for (String path : info.getResultSetList(client)) {
      files.add(shown(order, path));
    }
    said.put("files", files);
  }

  private Map<String, Object> shown(Order order, String path) {
    List<Object> rows = new ArrayList<>();
    Map<String, Object> file = new HashMap<>();
    for (int page = 1; ; page++) {
      ResultSetResult result = client.resultSet(asked(order, path, page));
      file.putIfAbsent("metadata", result.getMetadata());
      file.putIfAbsent("type", result.getType());
      if (result.getTotalLine() == 0 || ((List<?>) result.getFileContent()).isEmpty()) {
        file.put("pages", page);
        break;
      }
      rows.addAll((List<?>) result.getFileContent());
    }
    file.put("path", path);
    file.put("rows", rows);
    return file;
  }

  private ResultSetAction asked(Order order, String path, int page) {
    ResultSetAction.Builder builder =
        ResultSetAction.builder().setUser(order.user).setPath(path).setPage(page);
    return (order.pageSize > 0 ? builder.setPageSize(order.pageSize) : builder).build();
  }

  private static void note(List<String> statuses, String status) {
    if (statuses.isEmpty() || !statuses.get(statuses.size() - 1).equals(status)) {
      statuses.add(status);
    }
  }

  private static Map<String, Object> orEmpty(Map<String, Object> map) {
    return map == null ? new HashMap<>() : map;
  }
}
