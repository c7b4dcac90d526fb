package qiantang.sim.outcome;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CountTest {
  @ParameterizedTest
  @CsvSource({
    "0, device, 0 devices",
    "1, device, 1 device",
    "2, device, 2 devices",
    "1, process, 1 process",
    "2, source address, 2 source addresses",
    "'     1', node, '     1 node'",
    "1.5, day, 1.5 days",
    "1 M, day, 1 M days",
  })
  void oneIsNotCountedAsMany(String number, String noun, String words) {
    assertEquals(words, Count.of(number, noun));
  }

  @ParameterizedTest
  @CsvSource({"1, 1 process", "2, each of 2 processes"})
  void eachIsSaidOfSeveralAlone(long number, String words) {
    assertEquals(words, Count.each(number, "process"));
  }
}
