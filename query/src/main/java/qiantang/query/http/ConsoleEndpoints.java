package qiantang.query.http;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import qiantang.query.console.Asset;
import qiantang.query.console.Console;

/** The console's page and files; none of them needs a token. */
public final class ConsoleEndpoints {
  // The longest that caches are asked to keep anything: a year.
  private static final String FOR_EVER = "public, max-age=31536000, immutable";
  private static final String ASK_EACH_TIME = "no-cache";

  private final Console console;

  /** Serves these files. */
  public ConsoleEndpoints(Console console) {
    this.console = console;
  }

  Answer page(Request request) {
    return answer(request, console.page()).with("Content-Security-Policy", console.policy());
  }

  Answer file(Request request) {
    Asset asset = console.file(request.path());
    return asset == null
        ? Answer.problem(
            Problem.NOT_FOUND, "the console has no such file: load its page again, it has changed")
        : answer(request, asset);
  }

  private static Answer answer(Request request, Asset asset) {
    boolean isZipped = Zipped.isTaken(request.acceptEncoding());
    String tag = "\"" + asset.digest() + (isZipped ? "-gzip\"" : "\"");
    boolean isKnown = isKnown(request.ifNoneMatch(), tag);
    byte[] bytes = isZipped ? asset.zipped() : asset.plain();
    Answer answer =
        Answer.of(isKnown ? 304 : 200, asset.type(), isKnown ? new byte[0] : bytes)
            .with("ETag", tag)
            .with("Vary", "Accept-Encoding")
            .with("Cache-Control", asset.isForEver() ? FOR_EVER : ASK_EACH_TIME);
    return isZipped && !isKnown ? answer.with("Content-Encoding", "gzip") : answer;
  }

  private static boolean isKnown(@Nullable String known, String tag) {
    return known != null
        && Arrays.stream(known.split(",", -1))
            .map(each -> each.strip().replaceFirst("^W/", ""))
            .anyMatch(each -> each.equals(tag) || each.equals("*"));
  }
}
