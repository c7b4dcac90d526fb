package qiantang.sim.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ApiUrlTest {
  private final ApiUrl converter = new ApiUrl();

  @Test
  void slashesAtTheEndAreNoPartOfIt() {
    assertEquals(URI.create("http://[::1]:81"), converter.convert("http://[::1]:81/"));
    assertEquals(URI.create("https://h.test/q"), converter.convert("https://h.test/q//"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://h.test", "HTTP://127.0.0.1:1", "https://h.test:65535/q"})
  void whatIsAcceptedCanBeAsked(String text) {
    URI url = converter.convert(text);
    assertEquals(url, HttpRequest.newBuilder(url).build().uri());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ftp",
        "ftp://h.test",
        "localhost:8080",
        "127.0.0.1:8080",
        "http://",
        "http://a b",
        "http://h.test:99999",
        "http://h.test:0",
        "http://h.test:many",
        "http://me:secret@h.test",
        "http://h.test/?q=1",
        "http://h.test/#top",
      })
  void whatCannotBeAskedIsOneSentenceThatShowsARightOne(String text) {
    String message =
        String.valueOf(
            assertThrows(TypeConversionException.class, () -> converter.convert(text))
                .getMessage());
    assertTrue(message.startsWith("'" + text + "' is no address of an API"), message);
    assertTrue(message.contains("http://127.0.0.1:8080"), message);
    assertEquals(1, message.lines().count(), message);
  }
}
