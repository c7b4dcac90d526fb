package qiantang.sim.plan;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.List;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * What is wrong with a text that is no YAML, where, and what to do, in place of the words of
 * SnakeYAML, which tell of its states. Lines and columns count from 1. Pure.
 */
record YamlTrouble(int line, int column, String message) {
  private static final String KEY = "a key and its value look like 'duration: 20s'";

  /** Columns that begin a group of keys are alike in it: what most errors come down to. */
  private static final String INDENTATION =
      "wrong indentation: keys of one group, and the '-' of one list, begin in the same column;"
          + " what belongs to a key stands two spaces further right, on lines of its own";

  /** Reads what the parser threw over this text. */
  static YamlTrouble of(JsonProcessingException thrown, String text) {
    return switch (thrown.getCause()) {
      case MarkedYAMLException e when e.getProblemMark() != null -> marked(e, text);
      case ReaderException _ -> unprintable(text);
      case null, default -> {
        JsonLocation at = thrown.getLocation();
        yield new YamlTrouble(
            at == null ? 1 : at.getLineNr(),
            at == null ? 1 : at.getColumnNr(),
            thrown.getOriginalMessage().lines().findFirst().orElse("not YAML"));
      }
    };
  }

  private static YamlTrouble marked(MarkedYAMLException e, String text) {
    List<String> lines = text.lines().toList();
    String problem = e.getProblem() == null ? "" : e.getProblem();
    Mark mark = e.getProblemMark();
    String line = mark.getLine() < lines.size() ? lines.get(mark.getLine()) : "";
    String before = line.substring(0, Math.min(line.length(), mark.getColumn()));
    if (problem.contains("(TAB)")) {
      return at(
          mark,
          before.isBlank()
              ? "a tab: YAML indents with spaces; put spaces in its place"
              : "a tab: put a space in its place");
    }
    if (problem.contains("cannot start any token")) {
      return at(
          mark,
          "a value cannot begin with %s; put quotes around it: \"%s\""
              .formatted(line.substring(before.length(), before.length() + 1), rest(line, before)));
    }
    if (problem.startsWith("mapping values are not allowed")) {
      return colon(mark, lines, before);
    }
    if (problem.startsWith("sequence entries are not allowed")) {
      return at(mark, "a list begins below its key, on a line of its own; or write [a, b]");
    }
    if (problem.startsWith("found unknown escape")) {
      return at(mark, "no escape of double quotes; write \\\\ for \\, or take single quotes");
    }
    return opened(e, mark, problem, lines);
  }

  /** Something that began at the context's mark and did not end as it must. */
  private static YamlTrouble opened(
      MarkedYAMLException e, Mark mark, String problem, List<String> lines) {
    String context = e.getContext() == null ? "" : e.getContext();
    Mark begin = e.getContextMark() == null ? mark : e.getContextMark();
    if (context.contains("quoted scalar")) {
      return at(begin, "a quote that is not closed; close it on the same line");
    }
    if (context.contains("a simple key")) {
      return at(begin, withoutColon(lines.get(begin.getLine())));
    }
    if (context.contains("flow")) {
      String both = context.contains("mapping") ? "'}' of the '{'" : "']' of the '['";
      return at(
          mark,
          "before this a comma is missing, or the %s in line %d, column %d"
              .formatted(both, begin.getLine() + 1, begin.getColumn() + 1));
    }
    if (problem.endsWith("'<scalar>'")) {
      return at(mark, "text after a value that has ended; put one pair of quotes around all of it");
    }
    if (problem.endsWith("'}'") || problem.endsWith("']'")) {
      return at(mark, "this bracket closes nothing; take it away");
    }
    if (problem.contains("<block mapping start>") || context.contains("block")) {
      return at(mark, INDENTATION);
    }
    return at(mark, "not YAML: " + problem);
  }

  /** A colon where no key can end: for its line, or because of the one before. */
  private static YamlTrouble colon(Mark mark, List<String> lines, String before) {
    if (before.contains(": ")) {
      return at(
          mark, "a second ': ' in one line; put quotes around the value, or begin a new line");
    }
    int above = mark.getLine() - 1;
    while (above >= 0 && (lines.get(above).isBlank() || lines.get(above).strip().startsWith("#"))) {
      above--;
    }
    String previous = above < 0 ? "" : lines.get(above);
    if (above >= 0 && !previous.contains(": ") && !previous.stripTrailing().endsWith(":")) {
      int column = previous.length() - previous.stripLeading().length() + 1;
      return new YamlTrouble(above + 1, column, withoutColon(previous));
    }
    int column = before.length() - before.stripLeading().length() + 1;
    return new YamlTrouble(mark.getLine() + 1, column, INDENTATION);
  }

  private static String withoutColon(String line) {
    return line.contains(":")
        ? "after the colon a space is missing; " + KEY
        : "a line without a colon; " + KEY;
  }

  private static YamlTrouble unprintable(String text) {
    int line = 1;
    int column = 1;
    for (int point : text.codePoints().toArray()) {
      if (!StreamReader.isPrintable(point)) {
        return new YamlTrouble(
            line, column, "a control character (U+%04X); take it away".formatted(point));
      }
      column = point == '\n' ? 1 : column + 1;
      line += point == '\n' ? 1 : 0;
    }
    return new YamlTrouble(1, 1, "a control character; take it away");
  }

  private static String rest(String line, String before) {
    return line.substring(before.length()).strip();
  }

  private static YamlTrouble at(Mark mark, String message) {
    return new YamlTrouble(mark.getLine() + 1, mark.getColumn() + 1, message);
  }
}
