package qiantang.standalone.cassandra;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * Java's archive of loaded classes beside Cassandra's jars: takes a third off a start. The first
 * quick node records it when it stops; a JVM that cannot use it goes on without.
 */
final class ClassArchive {
  private final Path file;
  private final Path draft;
  private final boolean recording;

  private ClassArchive(Path file, Path draft, boolean recording) {
    this.file = file;
    this.draft = draft;
    this.recording = recording;
  }

  /** With {@code mayRecord} a missing archive is recorded by this very process. */
  static ClassArchive of(CassandraJars jars, boolean mayRecord) {
    Path file = jars.folder().resolve("cassandra.jsa");
    Path draft = jars.folder().resolve("cassandra." + ProcessHandle.current().pid() + ".jsa");
    boolean recording =
        mayRecord && !Files.exists(file) && Files.isWritable(jars.folder()) && !Files.exists(draft);
    return new ClassArchive(file, draft, recording);
  }

  boolean isRecording() {
    return recording;
  }

  List<String> flags() {
    if (recording) {
      return List.of("-XX:ArchiveClassesAtExit=" + draft, "-Xlog:cds=off", "-Xlog:cds+dynamic=off");
    }
    if (Files.exists(file)) {
      return List.of("-XX:SharedArchiveFile=" + file, "-Xlog:cds=off", "-Xlog:cds+dynamic=off");
    }
    return List.of();
  }

  /** Called after the process has ended by itself: only then the archive is whole. */
  void keep() {
    if (!recording || !Files.exists(draft)) {
      return;
    }
    try {
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException ignored) {
      // The next start records again.
    }
  }
}
