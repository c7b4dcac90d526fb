package qiantang.query.http;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import qiantang.query.json.JsonOut;
import qiantang.store.model.DeviceId;

/**
 * What is sent back.
 *
 * @param headers besides those that every answer has
 * @param body writes the body; runs on the request's virtual thread and blocks while the client is
 *     slow
 * @param release run once when the answer was sent, or could not be
 * @param points values of samples in it, those of a body as far as it is written
 * @param tag what its entity tag is made of; null where it gets none
 * @param about the devices that a body or a list named; empty for that of the path, or for all
 */
record Answer(
    int status,
    String contentType,
    Map<String, String> headers,
    Body body,
    Runnable release,
    LongSupplier points,
    @Nullable Tag tag,
    List<DeviceId> about) {
  static final String JSON = "application/json";
  static final String PROBLEM_JSON = "application/problem+json";

  /** Writes a body. */
  @FunctionalInterface
  interface Body {
    /** Writes it; the stream stays open. */
    void writeTo(OutputStream stream) throws IOException;
  }

  static Answer of(int status, String contentType, Body body) {
    return new Answer(status, contentType, Map.of(), body, () -> {}, () -> 0, null, List.of());
  }

  static Answer of(int status, String contentType, byte[] bytes) {
    return of(status, contentType, stream -> stream.write(bytes));
  }

  static Answer json(int status, JsonOut.Text text) {
    return of(status, JSON, stream -> JsonOut.write(stream, text));
  }

  static Answer problem(Problem problem, String detail) {
    return problem(problem, detail, List.of());
  }

  static Answer problem(Problem problem, String detail, List<Faults.Fault> faults) {
    return problem(problem, detail, faults, out -> {});
  }

  /** With members of its own. */
  static Answer problem(Problem problem, String detail, JsonOut.Text members) {
    return problem(problem, detail, List.of(), members);
  }

  private static Answer problem(
      Problem problem, String detail, List<Faults.Fault> faults, JsonOut.Text members) {
    JsonOut.Text text =
        out -> {
          out.object()
              .text("type", problem.type())
              .text("title", problem.title())
              .number("status", problem.status())
              .text("detail", detail);
          if (!faults.isEmpty()) {
            out.array("errors");
            for (Faults.Fault fault : faults) {
              out.object()
                  .text(fault.where(), fault.name())
                  .text("detail", fault.detail())
                  .endObject();
            }
            out.endArray();
          }
          members.writeTo(out);
          out.endObject();
        };
    return of(problem.status(), PROBLEM_JSON, stream -> JsonOut.write(stream, text));
  }

  /** What a caller may not see, and what does not exist: one answer, so that none can tell. */
  static Answer notFound(String what) {
    return problem(Problem.NOT_FOUND, "there is no such " + what + ", or not for this token");
  }

  /** The same answer with one header more. */
  Answer with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Answer(status, contentType, more, body, release, points, tag, about);
  }

  /** The same answer with its body written otherwise. */
  Answer writing(Body other) {
    return new Answer(status, contentType, headers, other, release, points, tag, about);
  }

  /** The same answer, which has so many values of samples. */
  Answer costing(long values) {
    return costing(() -> values);
  }

  /** The same answer, whose values are read while it is written. */
  Answer costing(LongSupplier valuesSoFar) {
    return new Answer(status, contentType, headers, body, release, valuesSoFar, tag, about);
  }

  /** The same answer, whose client may ask whether it still holds. */
  Answer tagged(Tag other) {
    return new Answer(status, contentType, headers, body, release, points, other, about);
  }

  /** The same answer, which tells of these devices. */
  Answer about(Collection<DeviceId> devices) {
    List<DeviceId> named = devices.stream().sorted().distinct().toList();
    return new Answer(status, contentType, headers, body, release, points, tag, named);
  }

  /** What whoever has the same answer is told. */
  Answer notModified() {
    return new Answer(304, contentType, headers, stream -> {}, release, () -> 0, null, about);
  }

  /** The same answer, which also gives something back when it was sent. */
  Answer releasing(Runnable also) {
    Runnable before = release;
    return new Answer(
        status,
        contentType,
        headers,
        body,
        () -> {
          before.run();
          also.run();
        },
        points,
        tag,
        about);
  }
}
