package qiantang.standalone.cassandra;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Names the child process in a file, so that the next start finds one that outlived a kill -9 of
 * its parent. The start time tells it from a stranger that was given the same pid later.
 */
record PidFile(Path path) {
  /** The kernel counts from boot in ticks; the wall clock may have been set since. */
  private static final Duration START_TOLERANCE = Duration.ofSeconds(5);

  void write(ProcessHandle process) throws IOException {
    long started = process.info().startInstant().orElse(Instant.EPOCH).toEpochMilli();
    Path draft = path.resolveSibling(path.getFileName() + ".draft");
    Files.writeString(draft, process.pid() + " " + started + "\n");
    Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE);
  }

  void remove() throws IOException {
    Files.deleteIfExists(path);
  }

  /** The process the file names, if it is still alive and still the same one. */
  Optional<ProcessHandle> living() throws IOException {
    String[] words;
    try {
      words = Files.readString(path, StandardCharsets.UTF_8).strip().split(" ");
    } catch (NoSuchFileException ignored) {
      return Optional.empty();
    }
    if (words.length != 2) {
      return Optional.empty();
    }
    Instant started = Instant.ofEpochMilli(Long.parseLong(words[1]));
    return ProcessHandle.of(Long.parseLong(words[0]))
        .filter(ProcessHandle::isAlive)
        .filter(process -> isSame(process.info(), started));
  }

  private static boolean isSame(ProcessHandle.Info info, Instant started) {
    boolean java = info.command().map(command -> command.endsWith("java")).orElse(false);
    boolean sameStart =
        info.startInstant()
            .map(at -> Duration.between(at, started).abs().compareTo(START_TOLERANCE) < 0)
            .orElse(false);
    return java && sameStart;
  }
}
