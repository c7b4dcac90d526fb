package qiantang.sim.plan;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads YAML text into nodes with places. */
final class YamlReader {
  private final Problems problems;
  private boolean aliased;

  YamlReader(Problems problems) {
    this.problems = problems;
  }

  /** Answers null after an error, which is then among the problems. */
  @Nullable YamlNode read(String text) {
    try (YAMLParser parser = new YAMLFactory().createParser(text)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        problems.add(
            1,
            1,
            "the file is empty; begin it with 'version: 1', or copy one of device-sim/scenarios");
        return null;
      }
      YamlNode root = node(parser, first);
      if (parser.nextToken() != null) {
        JsonLocation at = parser.currentTokenLocation();
        problems.add(at.getLineNr(), at.getColumnNr(), "a second document; a file has one");
      }
      return aliased ? null : root; // a name in place of a value would be told as another error
    } catch (JsonProcessingException e) {
      YamlTrouble trouble = YamlTrouble.of(e, text);
      problems.add(trouble.line(), trouble.column(), trouble.message());
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException("BUG: reading from a string", e);
    }
  }

  private YamlNode node(YAMLParser parser, JsonToken token) throws IOException {
    JsonLocation at = parser.currentTokenLocation();
    int line = at.getLineNr();
    int column = at.getColumnNr();
    if (parser.isCurrentAlias()) {
      aliased = true;
      problems.add(line, column, "aliases (*name) are not read; write the value out");
    }
    return switch (token) {
      case START_OBJECT -> new YamlNode.Mapping(line, column, entries(parser));
      case START_ARRAY -> new YamlNode.Sequence(line, column, items(parser));
      case VALUE_NULL -> new YamlNode.Nothing(line, column);
      default -> new YamlNode.Scalar(line, column, parser.getText());
    };
  }

  private Map<String, YamlNode.Entry> entries(YAMLParser parser) throws IOException {
    Map<String, YamlNode.Entry> entries = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      JsonLocation at = parser.currentTokenLocation();
      String key = parser.currentName();
      YamlNode value = node(parser, parser.nextToken());
      if (entries.containsKey(key)) {
        problems.add(
            at.getLineNr(),
            at.getColumnNr(),
            "the key '" + key + "' stands here twice; take one away");
      }
      entries.put(key, new YamlNode.Entry(at.getLineNr(), at.getColumnNr(), value));
    }
    return entries;
  }

  private List<YamlNode> items(YAMLParser parser) throws IOException {
    List<YamlNode> items = new ArrayList<>();
    JsonToken token = parser.nextToken();
    while (token != JsonToken.END_ARRAY) {
      items.add(node(parser, token));
      token = parser.nextToken();
    }
    return items;
  }
}
