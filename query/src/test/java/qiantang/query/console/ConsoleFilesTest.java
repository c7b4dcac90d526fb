package qiantang.query.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import qiantang.query.OpenApi;
import qiantang.store.health.Axis;
import qiantang.store.model.Reason;
import qiantang.store.model.SessionEnd;
import qiantang.store.registry.Role;

final class ConsoleFilesTest {
  private static final Path FOLDER = Path.of("src/main/resources/qiantang/query/console");
  private static final Pattern WORDS = Pattern.compile("\\bt\\(\\s*'([a-z0-9.-]+)'");
  private static final Pattern IMPORT =
      Pattern.compile("(?:\\bfrom\\s*|\\bimport\\s*\\(?\\s*|resolve\\()[\"']([^\"']+)[\"']");
  private static final Pattern PATH =
      Pattern.compile("(?:href|src)=\"(/(?:console|webjars)/[^\"]+)\"");

  @Test
  void everyFileIsServed() throws IOException {
    Set<String> served = new TreeSet<>(Console.FIRST);
    served.addAll(Console.LATER);
    served.add("index.html");
    assertEquals(new TreeSet<>(names(".*")), served);
  }

  @Test
  void bothLanguagesHaveTheSameKeys() throws IOException {
    JsonObject chinese = words("zh.json");
    JsonObject english = words("en.json");
    assertEquals(chinese.fieldNames(), english.fieldNames());
    for (String key : english.fieldNames()) {
      assertEquals(places(chinese, key), places(english, key), key);
    }
  }

  /** What the server says by a word of its own is said in words of the person's language. */
  @Test
  void allWordsOfTheServerHaveWords() throws IOException {
    Set<String> keys = new TreeSet<>();
    for (Reason reason : Reason.values()) {
      keys.add("reason." + reason.word());
      keys.add("reason.refused-" + reason.word());
    }
    for (SessionEnd end : SessionEnd.values()) {
      keys.add("reason." + end.word());
    }
    for (Axis axis : Axis.values()) {
      axis.states().forEach(state -> keys.add("state." + axis.word() + "." + state.word()));
    }
    for (Role role : List.of(Role.OPERATOR, Role.ADMIN, Role.VIEWER, Role.APPLICATION)) {
      keys.add("role." + role.word());
    }
    JsonObject problem = new OpenApi().schemas().getJsonObject("Problem");
    for (Object type :
        problem.getJsonObject("properties").getJsonObject("type").getJsonArray("enum")) {
      keys.add("problem." + type.toString().substring("/problems/".length()));
    }
    keys.removeAll(words("zh.json").fieldNames());
    assertEquals(Set.of(), keys);
  }

  @Test
  void chineseIsChinese() throws IOException {
    JsonObject chinese = words("zh.json");
    Pattern latin = Pattern.compile("[A-Za-z]{2,}");
    Set<String> names = Set.of("supET", "qiantang", "admin", "link", "GS");
    for (String key : chinese.fieldNames()) {
      Matcher word = latin.matcher(chinese.getString(key).replaceAll("\\{\\w+}", ""));
      while (word.find()) {
        assertTrue(names.contains(word.group()), key + " says " + word.group());
      }
    }
  }

  /** Names in braces: where a number goes in one language, it goes in the other. */
  private static Set<String> places(JsonObject words, String key) {
    Set<String> places = new TreeSet<>();
    Matcher place = Pattern.compile("\\{\\w+}").matcher(words.getString(key));
    while (place.find()) {
      places.add(place.group());
    }
    return places;
  }

  @Test
  void allWordsThatAreAskedForAreThere() throws IOException {
    Set<String> known = words("en.json").fieldNames();
    Set<String> asked = new TreeSet<>();
    for (String name : names(".*\\.js")) {
      Matcher words = WORDS.matcher(read(name));
      while (words.find()) {
        asked.add(String.valueOf(words.group(1)));
      }
    }
    asked.removeAll(known);
    assertEquals(Set.of(), asked);
  }

  @Test
  void everyImportLeadsToAFileThatIsServed() throws IOException {
    Console console = Console.load();
    Libraries libraries = Libraries.load();
    for (String name : names(".*\\.js")) {
      for (String wanted : imports(read(name))) {
        boolean isOwn = wanted.startsWith("./");
        assertTrue(
            isOwn ? Files.exists(FOLDER.resolve(wanted)) : libraries.imports().containsKey(wanted),
            name + " imports " + wanted);
      }
    }
    libraries
        .files()
        .forEach(
            (path, asset) -> {
              if (path.endsWith(".js")) {
                assertImportsAreServed(libraries, path, new String(asset.plain(), UTF_8));
              }
            });
    Matcher paths = PATH.matcher(new String(console.page().plain(), UTF_8));
    int count = 0;
    while (paths.find()) {
      assertNotNull(console.file(String.valueOf(paths.group(1))), paths.group(1));
      count++;
    }
    assertTrue(count > Console.FIRST.size(), "the page names what it needs");
  }

  private static void assertImportsAreServed(Libraries libraries, String path, String module) {
    for (String wanted : imports(module)) {
      String target =
          wanted.startsWith(".")
              ? Path.of(path).resolveSibling(wanted).normalize().toString()
              : libraries.imports().get(wanted);
      assertTrue(
          target != null && libraries.files().containsKey(target), path + " imports " + wanted);
    }
  }

  @Test
  void licencesLieBesideLibraries() {
    Libraries libraries = Libraries.load();
    for (String target : libraries.imports().values()) {
      String[] parts = target.split("/", -1);
      String licence = "/webjars/" + parts[2] + "/" + parts[3] + "/LICENSE";
      assertTrue(libraries.files().containsKey(licence), licence);
    }
  }

  @Test
  void nothingIsLoadedFromElsewhereAndNoStyleIsWrittenIntoPages() throws IOException {
    for (String name : names(".*\\.(js|css|html|svg)")) {
      String text = read(name).replace("http://www.w3.org/2000/svg", "");
      assertTrue(!text.contains("http://") && !text.contains("https://"), name);
      assertTrue(!text.contains("@import") && !text.contains("style=\""), name);
      assertTrue(!text.contains("sessionStorage"), name);
    }
  }

  private static Set<String> imports(String module) {
    Set<String> imports = new TreeSet<>();
    // The text of a module that was minified may hold the word in a string of its own.
    Matcher found = IMPORT.matcher(module);
    while (found.find()) {
      String name = String.valueOf(found.group(1));
      if (name.matches("[@./a-z][@A-Za-z0-9./_-]*")) {
        imports.add(name);
      }
    }
    return imports;
  }

  private static Set<String> names(String pattern) throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> name.matches(pattern))
          .collect(Collectors.toSet());
    }
  }

  private static JsonObject words(String name) throws IOException {
    return new JsonObject(read(name));
  }

  private static String read(String name) throws IOException {
    return Files.readString(FOLDER.resolve(name));
  }
}
