package qiantang.sim.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import qiantang.sim.outcome.Count;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.Outcome;

/** Makes devices through the API, some requests at a time. Any thread. */
public final class Devices {
  /** The API takes 1,000; half of that keeps a request short. */
  private static final int BATCH = 500;

  /**
   * A request has 32 calls of the database under way; four of them are as many as a node answers
   * without delay, and a hundred thousand devices take less than a minute.
   */
  private static final int REQUESTS_AT_ONCE = 4;

  private static final long LINE_NANOS = Duration.ofSeconds(1).toNanos();

  private final ApiClient api;
  private final Consumer<String> progress;
  private final Semaphore free = new Semaphore(REQUESTS_AT_ONCE, true);
  private long made;
  private long lastLineNanos = System.nanoTime();

  /**
   * Makes them by this API.
   *
   * @param progress hears a line a second where it takes longer
   */
  public Devices(ApiClient api, Consumer<String> progress) {
    this.api = api;
    this.progress = progress;
  }

  /**
   * A device to be made.
   *
   * @param name what it is called; null for its id
   * @param gateway the id of the gateway it stands behind, or null; it is there already
   */
  public record Draft(
      String id, @Nullable String name, boolean isGateway, @Nullable String gateway, String model) {

    /** A device that is called by its id. */
    public Draft(String id, boolean isGateway, @Nullable String gateway, String model) {
      this(id, null, isGateway, gateway, model);
    }
  }

  /**
   * Makes the devices, all new, and answers their tokens in the same order. Whoever makes devices
   * of several enterprises asks from several threads, which share what is under way.
   */
  public Outcome<List<String>> make(Target.Access access, List<Draft> drafts) {
    List<Future<Outcome<List<String>>>> underWay = new ArrayList<>();
    List<String> tokens = new ArrayList<>(drafts.size());
    try (ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int from = 0; from < drafts.size(); from += BATCH) {
        List<Draft> batch = drafts.subList(from, Math.min(drafts.size(), from + BATCH));
        underWay.add(requests.submit(() -> inTurn(access, batch)));
      }
      for (Future<Outcome<List<String>>> request : underWay) {
        switch (request.get()) {
          case Outcome.Failed<List<String>> failed -> {
            underWay.forEach(other -> other.cancel(true));
            return failed;
          }
          case Outcome.Done<List<String>>(List<String> some) -> tokens.addAll(some);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return failed(ExitCode.UNREACHABLE, access, "interrupted");
    } catch (ExecutionException e) {
      throw new AssertionError("BUG: a request's end is a value", e);
    }
    return new Outcome.Done<>(tokens);
  }

  private Outcome<List<String>> inTurn(Target.Access access, List<Draft> batch)
      throws InterruptedException {
    free.acquire();
    try {
      Outcome<List<String>> some = makeSome(access, batch);
      if (some instanceof Outcome.Done<List<String>>) {
        tell(batch.size());
      }
      return some;
    } finally {
      free.release();
    }
  }

  private synchronized void tell(int more) {
    made += more;
    if (System.nanoTime() - lastLineNanos > LINE_NANOS) {
      progress.accept("made " + Count.of(made, "device"));
      lastLineNanos = System.nanoTime();
    }
  }

  private Outcome<List<String>> makeSome(Target.Access access, List<Draft> batch) {
    String path = "/v1/enterprises/" + access.enterprise() + "/devices";
    return switch (api.post(path, access.token(), body(batch))) {
      case Answer.Ok ok -> {
        List<String> tokens = new ArrayList<>();
        ok.body().path("items").forEach(item -> tokens.add(token(item)));
        yield tokens.size() == batch.size() && !tokens.contains("")
            ? new Outcome.Done<>(tokens)
            : failed(ExitCode.UNREACHABLE, access, "the answer lacks devices or their tokens");
      }
      case Answer.Refused(int status, String detail) when status == 403 || status == 404 ->
          failed(
              ExitCode.USAGE,
              access,
              "%d %s: there is no enterprise '%s', or not for this token"
                  .formatted(status, detail, access.enterprise()));
      case Answer.Refused refused ->
          failed(ExitCode.USAGE, access, refused.status() + " " + refused.detail());
      case Answer.Unreachable unreachable ->
          failed(ExitCode.UNREACHABLE, access, unreachable.cause());
    };
  }

  private static String token(JsonNode item) {
    return item.path("token").asText();
  }

  private static ObjectNode body(List<Draft> batch) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ArrayNode devices = body.putArray("devices");
    for (Draft draft : batch) {
      ObjectNode device = devices.addObject().put("id", draft.id());
      if (draft.name() != null) {
        device.put("name", draft.name());
      }
      device.put("kind", draft.isGateway() ? "gateway" : "device");
      device.put("model", draft.model());
      if (draft.gateway() != null) {
        device.put("gateway", draft.gateway());
      }
    }
    return body;
  }

  private static Outcome<List<String>> failed(ExitCode code, Target.Access access, String cause) {
    return new Outcome.Failed<>(
        code,
        "cannot make devices in the enterprise "
            + access.enterprise()
            + ": "
            + cause
            + "; check the target and the token");
  }
}
