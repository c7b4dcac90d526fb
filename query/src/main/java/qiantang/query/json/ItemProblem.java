package qiantang.query.json;

import java.io.IOException;

/** Why one item of an answer cannot be told, in the form of a problem of its own. */
public record ItemProblem(String type, String title, int status, String detail) {
  /** The last part of its type, for tables. */
  String slug() {
    return type.substring(type.lastIndexOf('/') + 1);
  }

  void write(JsonOut out) throws IOException {
    out.object("error")
        .text("type", type)
        .text("title", title)
        .number("status", status)
        .text("detail", detail)
        .endObject();
  }
}
