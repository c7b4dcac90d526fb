package qiantang.standalone.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The part of CONTRIBUTING.md that a program can read. Every finding names file, line, remedy. */
class TidyTest {
  private static final int LINE_COLUMNS_MAX = 100;
  private static final int FILE_LINES_MAX = 500;
  private static final int METHOD_LINES_MAX = 70;

  private static final Path ROOT =
      Path.of(System.getProperty("qiantang.root", "..")).toAbsolutePath().normalize();

  private static final Set<String> NOT_OURS =
      Set.of(".git", ".build", "target", "data", "node_modules", ".idea", "nab");

  private static final Pattern TEXT =
      Pattern.compile(".*\\.(java|xml|md|yaml|json|sh|properties|options|cql|js|css|html)");

  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)#:]+)(#[^)]*)?\\)");

  private record Ban(Pattern text, Pattern where, String instead) {
    static Ban of(String text, String where, String instead) {
      return new Ban(Pattern.compile(text), Pattern.compile(where), instead);
    }
  }

  private static final String ANYWHERE = ".*";
  private static final String IN_UNIT_TESTS = ".*/src/test/.*Test\\.java";
  private static final String IN_TESTS = ".*/src/test/.*";
  private static final String IN_PROGRAMS =
      "(store|ingest|query|device-sim|standalone)/src/main/.*";

  private static final List<Ban> BANS =
      List.of(
          Ban.of(
              "System\\.(out|err)\\b", IN_PROGRAMS, "the command's own out and err, or a logger"),
          Ban.of("printStackTrace\\(\\)", ANYWHERE, "a message with the cause"),
          Ban.of("^\\s*///", ANYWHERE, "/** */: the formatter breaks Markdown comments"),
          Ban.of("^import module\\b", ANYWHERE, "one import a type"),
          Ban.of("^import .*\\*;", ANYWHERE, "one import a type"),
          Ban.of("\\.sleep\\(|ServerSocket", IN_UNIT_TESTS, "an XIT, or a parameter to wait with"),
          Ban.of("\\b(FIXME|TODO)\\b", ANYWHERE, "do it, or an issue"),
          Ban.of("javax\\.annotation\\.", ANYWHERE, "org.jspecify.annotations"),
          Ban.of("@Disabled\\b", IN_TESTS, "an assumption that says why"),
          Ban.of("org\\.mockito", ANYWHERE, "a hand-written fake"));

  @Test
  void linesFitTheWindow() throws IOException {
    List<String> findings = new ArrayList<>();
    for (Path file : files(".*\\.java")) {
      List<String> lines = Files.readAllLines(file);
      for (int i = 0; i < lines.size(); i++) {
        if (lines.get(i).length() > LINE_COLUMNS_MAX && !lines.get(i).startsWith("import ")) {
          findings.add(at(file, i + 1) + lines.get(i).length() + " columns; split the string");
        }
      }
    }
    assertNone(findings);
  }

  @Test
  void filesCanBeReadInOneGo() throws IOException {
    List<String> findings = new ArrayList<>();
    for (Path file : files(".*\\.java")) {
      int lines = Files.readAllLines(file).size();
      if (lines > FILE_LINES_MAX) {
        findings.add(at(file, lines) + "more than " + FILE_LINES_MAX + " lines; split by subject");
      }
    }
    assertNone(findings);
  }

  @Test
  void methodsCanBeSeenAtOnce() throws IOException {
    List<String> findings = new ArrayList<>();
    for (MethodLengths.Method method : MethodLengths.of(files(".*\\.java"))) {
      if (method.lines() > METHOD_LINES_MAX) {
        findings.add(
            at(method.file(), method.line())
                + method.name()
                + " has "
                + method.lines()
                + " lines; one function owns the control flow, leaves are pure");
      }
    }
    assertNone(findings);
  }

  @Test
  void nothingBannedIsUsed() throws IOException {
    List<String> findings = new ArrayList<>();
    for (Path file : files(".*\\.java")) {
      String name = ROOT.relativize(file).toString();
      if (file.endsWith("TidyTest.java")) {
        continue; // It names what it bans.
      }
      List<String> lines = Files.readAllLines(file);
      for (int i = 0; i < lines.size(); i++) {
        for (Ban ban : BANS) {
          if (ban.where().matcher(name).matches() && ban.text().matcher(lines.get(i)).find()) {
            findings.add(at(file, i + 1) + ban.text() + "; instead: " + ban.instead());
          }
        }
      }
    }
    assertNone(findings);
  }

  @Test
  void everyPackageSaysWhatItIs() throws IOException {
    List<String> findings = new ArrayList<>();
    Set<Path> packages =
        files(".*/src/main/java/.*\\.java").stream()
            .map(Path::getParent)
            .collect(Collectors.toSet());
    for (Path folder : packages) {
      Path info = folder.resolve("package-info.java");
      if (!Files.exists(info) || !Files.readString(info).contains("@NullMarked")) {
        findings.add(at(folder, 0) + "no package-info.java with a paragraph and @NullMarked");
      }
    }
    assertNone(findings);
  }

  @Test
  void textFilesEndWell() throws IOException {
    List<String> findings = new ArrayList<>();
    for (Path file : files(TEXT.pattern())) {
      String text = Files.readString(file);
      if (!text.isEmpty() && !text.endsWith("\n")) {
        findings.add(at(file, 0) + "no newline at its end");
      }
      boolean markdown = file.toString().endsWith(".md");
      List<String> lines = text.lines().toList();
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i);
        if (!markdown && !line.equals(line.stripTrailing())) {
          findings.add(at(file, i + 1) + "white space at the end of the line");
        }
        if (line.indexOf('\t') >= 0) {
          findings.add(at(file, i + 1) + "a tab; write spaces");
        }
      }
    }
    assertNone(findings);
  }

  @Test
  void linksLeadSomewhere() throws IOException {
    List<String> findings = new ArrayList<>();
    for (Path file : files(".*\\.md")) {
      Matcher link = LINK.matcher(Files.readString(file));
      while (link.find()) {
        String target = String.valueOf(link.group(1));
        if (!Files.exists(file.resolveSibling(target))) {
          findings.add(at(file, 0) + "the link to " + target + " leads nowhere");
        }
      }
    }
    assertNone(findings);
  }

  @Test
  void everySeedIsUsed() throws IOException {
    StringBuilder everything = new StringBuilder();
    for (Path file : files(".*\\.(java|md|xml|yaml)|.*/qiantang")) {
      everything.append(Files.readString(file));
    }
    List<String> findings = new ArrayList<>();
    for (Path seed : files(ROOT.resolve("seeds") + "/.*")) {
      if (everything.indexOf(String.valueOf(seed.getFileName())) < 0) {
        findings.add(at(seed, 0) + "nobody names it; remove it");
      }
    }
    assertNone(findings);
  }

  private static List<Path> files(String pattern) throws IOException {
    Pattern wanted = Pattern.compile(pattern);
    try (Stream<Path> all = Files.walk(ROOT)) {
      List<Path> found =
          all.filter(Files::isRegularFile)
              .filter(TidyTest::isOurs)
              .filter(file -> wanted.matcher(file.toString()).matches())
              .sorted()
              .toList();
      assertTrue(!found.isEmpty(), "BUG: no file matches " + pattern + " below " + ROOT);
      return found;
    }
  }

  private static boolean isOurs(Path file) {
    for (Path name : ROOT.relativize(file)) {
      if (NOT_OURS.contains(name.toString())) {
        return false;
      }
    }
    return true;
  }

  private static String at(Path file, int line) {
    return ROOT.relativize(file) + ":" + line + ": ";
  }

  private static void assertNone(List<String> findings) {
    assertEquals("", String.join("\n", findings));
  }
}
