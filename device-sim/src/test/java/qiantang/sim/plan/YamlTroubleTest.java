package qiantang.sim.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qiantang.sim.outcome.Outcome;

/** What people write who do not write YAML every day, and what they are told. */
class YamlTroubleTest {
  @TempDir private Path folder = Path.of("");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "version: 1N\tduration: 2s | 2, column 1: a tab: YAML indents with spaces",
        "version: 1Nfleets:N\t- {name: a} | 3, column 1: a tab: YAML indents with spaces",
        "fleets:N  - name: aN  \tcount: 2 | 3, column 3: a tab: YAML indents with spaces",
        "version:\t1 | 1, column 9: a tab: put a space in its place",
        "version: \"1Nduration: 2s | 1, column 10: a quote that is not closed",
        "version: 1Nduration: '2sNseed: 1 | 2, column 11: a quote that is not closed",
        "version: 1Nversion: 1 | 2, column 1: the key 'version' stands here twice; take one away",
        "version 1Nduration: 2s | 1, column 1: a line without a colon; a key and its value look",
        "version: 1Nduration 2sNseed: 1 | 2, column 1: a line without a colon",
        "version: 1Nseed: 1Nduration:2s | 3, column 1: after the colon a space is missing",
        "version:1Nduration: 2s | 1, column 1: after the colon a space is missing",
        "version: 1N  duration: 2s | 2, column 3: wrong indentation: keys of one group",
        "fleets:N  - name: aN   count: 2 | 3, column 4: wrong indentation",
        "fleets:N  - name: aN    count: 2N   model: pump | 4, column 4: wrong indentation",
        "fleets: [{name: a, count: 1] | 1, column 28: before this a comma is missing, or the '}'"
            + " of the '{' in line 1, column 10",
        "fleets: [{name: a}Nseed: 1 | 2, column 1: before this a comma is missing, or the ']' of"
            + " the '[' in line 1, column 9",
        "version: 1N} | 2, column 1: this bracket closes nothing",
        "thresholds: @ack | 1, column 13: a value cannot begin with @; put quotes around it:"
            + " \"@ack\"",
        "duration: 5: 3 | 1, column 12: a second ': ' in one line",
        "fleets: - {name: a} | 1, column 9: a list begins below its key",
        "name: \"\\q\" | 1, column 9: no escape of double quotes",
        "name: 'it's' | 1, column 11: text after a value that has ended",
        "version: 1N- seed | 2, column 1: wrong indentation",
        "ver\u0007sion: 1 | 1, column 4: a control character (U+0007)",
        "- version: 1N- seed: 2 | 1, column 1: a list, and a scenario is a group of keys",
        "version | 1, column 1: a scenario is a group of keys",
        "# only | 1, column 1: the file is empty; begin it with 'version: 1'",
        "version: 1N---Nversion: 1 | 3, column 1: a second document",
      })
  void eachIsToldWithItsPlaceAndWhatToDo(String written, String told) {
    String text = written.replace("N", "\n") + "\n"; // a line break would end a row of the table
    String problems = problems(ScenarioReader.read("t", text));
    assertTrue(problems.contains("t, line " + told), () -> written + "\n" + problems);
    assertFalse(problems.contains("while "), problems);
  }

  /** What the name stands for is not known, so that nothing else is said of its value. */
  @Test
  void anAliasIsOneError() {
    String text = "version: 1\nduration: &d 2s\nphases: *d\nfleets: *d\n";
    String problems = problems(ScenarioReader.read("t", text));
    assertEquals(
        """
        cannot use the scenario t:
        t, line 3, column 9: aliases (*name) are not read; write the value out
        t, line 4, column 9: aliases (*name) are not read; write the value out""",
        problems);
  }

  @Test
  void aFileThatIsNotUtf8IsToldWithTheByteAndItsPlace() throws IOException {
    Path file = folder.resolve("s.yaml");
    Files.write(file, "version: 1\n# Gerät\n".getBytes(StandardCharsets.ISO_8859_1));
    String problems = problems(ScenarioReader.read(file));
    assertTrue(problems.contains("s.yaml, line 2, column 6: the byte E4 is not UTF-8"), problems);
    assertTrue(problems.endsWith("; save the file as UTF-8"), problems);
    Files.write(file, "version: 1\n# Ger\u00c3".getBytes(StandardCharsets.ISO_8859_1));
    assertTrue(problems(ScenarioReader.read(file)).contains("line 2, column 6"), "cut in the end");
  }

  @Test
  void theMarkOfSomeEditorsAtTheBeginningIsNoTrouble() {
    byte[] marked = "\uFEFFversion: 1\n".getBytes(StandardCharsets.UTF_8);
    assertEquals(new Outcome.Done<>("version: 1\n"), ScenarioText.of("t", marked));
  }

  private static String problems(Outcome<Scenario> outcome) {
    return switch (outcome) {
      case Outcome.Failed<Scenario> failed -> failed.message();
      case Outcome.Done<Scenario> done -> fail("it is a scenario: " + done);
    };
  }
}
