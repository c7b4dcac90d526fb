package qiantang.store.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SessionEndTest {
  @Test
  void wordsTellKindsApart() {
    Set<String> words = new HashSet<>();
    for (SessionEnd end : SessionEnd.values()) {
      assertTrue(words.add(end.word()), end.word());
      assertTrue(end.word().matches("[a-z]+(-[a-z]+)*"), end.word());
      assertEquals(end, SessionEnd.ofWord(end.word()));
      assertTrue(end.code() == -1 || end.code() >= 0x80, end.word());
    }
    assertNull(SessionEnd.ofWord("connect")); // a session begins so
  }

  @Test
  void wordsThatAreStoredStay() {
    List<String> stored =
        List.of(
            "disconnect",
            "keep-alive",
            "connection-lost",
            "taken-over",
            "protocol-error",
            "shutdown",
            "credential-revoked",
            "credential-expired",
            "device-disabled",
            "access-unknown");
    stored.forEach(word -> assertNotNull(SessionEnd.ofWord(word), word));
  }
}
