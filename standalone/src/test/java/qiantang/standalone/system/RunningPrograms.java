package qiantang.standalone.system;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import qiantang.standalone.cassandra.SharedCassandra;

/**
 * Programs that all tests of a class share: they start before the first and end after the last, on
 * a keyspace of their own in the database of all classes.
 */
final class RunningPrograms implements BeforeAllCallback, AfterAllCallback {
  private @Nullable Path folder;
  private @Nullable Programs programs;

  Programs programs() {
    if (programs == null) {
      throw new AssertionError("BUG: asked for before they were started");
    }
    return programs;
  }

  /** What the API answers the operator who asks for something of enterprise {@code alpha}. */
  JsonNode get(String path) {
    try {
      return programs().get("/v1/enterprises/alpha" + path, programs().operatorToken()).body();
    } catch (Exception e) {
      throw new IllegalStateException("cannot read " + path, e);
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    folder = Files.createTempDirectory("qiantang-it");
    String keyspace = context.getRequiredTestClass().getSimpleName().toLowerCase(Locale.ROOT);
    programs = Programs.start(folder, SharedCassandra.of(context).keyspace(keyspace));
  }

  /** Runs after a start that failed, too. */
  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    if (programs != null) {
      programs.close();
    }
    if (folder != null) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }
}
