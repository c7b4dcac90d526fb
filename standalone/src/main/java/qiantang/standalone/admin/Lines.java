package qiantang.standalone.admin;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Lines for other programs: members of an object, separated by tabs. */
final class Lines {
  private Lines() {}

  static String of(JsonNode object, String... members) {
    return Arrays.stream(members)
        .map(member -> object.path(member).asText(""))
        .collect(Collectors.joining("\t"));
  }
}
