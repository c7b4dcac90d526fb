package qiantang.query.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import qiantang.store.registry.AccessToken;

/**
 * What a request asks, whatever part of the answer it wants: the path, all parameters or members
 * but those of paging, and whose token asks, as some paths tell each of its own. A cursor is of one
 * question, and goes on with no other.
 */
final class Question {
  /** How much is wanted, from where on, and how long one waits: what may change between pages. */
  private static final Set<String> PAGING = Set.of("cursor", "limit", "wait");

  // 48 bits: it guards against mistakes. A cursor opens nothing, so nobody gains by a collision.
  private static final int DIGEST_BYTES = 6;

  private Question() {}

  /** The digest of a request's question. */
  static String digest(Request request) {
    SortedMap<String, List<String>> query = new TreeMap<>();
    for (String name : request.query().names()) {
      if (!PAGING.contains(name)) {
        query.put(name, request.query().getAll(name));
      }
    }
    String text =
        String.join(
            "\n",
            owner(request.sender()),
            request.path(),
            query.toString(),
            members(request.body()).toString());
    return HexFormat.of().formatHex(Tag.sha256().digest(text.getBytes(UTF_8)), 0, DIGEST_BYTES);
  }

  /** The enterprise that the token names; it was let in by it. */
  private static String owner(Sender sender) {
    String shown = sender.authorization() == null ? sender.cookie() : sender.authorization();
    return shown == null
        ? ""
        : AccessToken.parse(shown.substring(shown.lastIndexOf(' ') + 1))
            .map(token -> token.owner().text())
            .orElse("");
  }

  /** Of a body, whatever the order of its members; one that is null is as if it were not there. */
  private static SortedMap<String, Object> members(JsonObject body) {
    SortedMap<String, Object> members = new TreeMap<>();
    for (String name : body.fieldNames()) {
      Object value = body.getValue(name);
      if (value != null && !PAGING.contains(name)) {
        members.put(name, ordered(value));
      }
    }
    return members;
  }

  private static @Nullable Object ordered(@Nullable Object value) {
    return switch (value) {
      case JsonObject object -> members(object);
      case JsonArray array -> array.stream().map(Question::ordered).map(String::valueOf).toList();
      case null, default -> value;
    };
  }
}
