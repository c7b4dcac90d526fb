package qiantang.standalone.cassandra;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder everything of a demo lies in, held by one program at a time. Whoever has a {@code
 * DataDirectory} holds its lock and knows that this version wrote it.
 */
public final class DataDirectory implements AutoCloseable {
  /** Raised when a directory of the version before can no longer be opened. */
  static final String VERSION = "1";

  /** Commit log and compaction need room; an almost full disk fails later and worse. */
  static final long FREE_BYTES_MIN = 1L << 30;

  private static final String VERSION_FILE = "version";
  private static final String LOCK_FILE = "lock";

  /** What may lie in a directory that has no version yet: our lock, and the file systems' own. */
  private static final Set<String> HARMLESS =
      Set.of(LOCK_FILE, "lost+found", ".DS_Store", ".gitkeep");

  private final Path path;
  private final FileChannel lockFile;

  private DataDirectory(Path path, FileChannel lockFile) {
    this.path = path;
    this.lockFile = lockFile;
  }

  public static DataDirectory open(Path given) throws CannotStartException {
    Path path = given.toAbsolutePath().normalize();
    FileChannel lockFile = null;
    try {
      Files.createDirectories(path);
      lockFile = lock(path);
      requireVersion(path);
      requireRoom(path);
      Files.createDirectories(path.resolve("logs"));
      DataDirectory directory = new DataDirectory(path, lockFile);
      lockFile = null;
      return directory;
    } catch (IOException e) {
      throw new CannotStartException(
          "cannot use %s as data directory (choose another with --data)".formatted(path), e);
    } finally {
      closeQuietly(lockFile);
    }
  }

  public Path path() {
    return path;
  }

  public Path logs() {
    return path.resolve("logs");
  }

  /** Lets the next program in. The lock file stays: removing it would let two programs in. */
  @Override
  public void close() {
    closeQuietly(lockFile);
  }

  /** The kernel drops this lock with the process, so a kill -9 leaves no stale one. */
  private static FileChannel lock(Path path) throws IOException, CannotStartException {
    FileChannel channel =
        FileChannel.open(
            path.resolve(LOCK_FILE),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    if (tryLock(channel) == null) {
      channel.close();
      throw new CannotStartException(
          "cannot use %s: another qiantang is running on it; end it or choose another with --data"
              .formatted(path));
    }
    return channel;
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException ignored) {
      return null; // Held by this very JVM.
    }
  }

  private static void requireVersion(Path path) throws IOException, CannotStartException {
    Path versionFile = path.resolve(VERSION_FILE);
    if (!Files.exists(versionFile)) {
      requireEmpty(path);
      Files.writeString(versionFile, VERSION + "\n");
      return;
    }
    String found = Files.readString(versionFile, StandardCharsets.UTF_8).strip();
    if (!found.equals(VERSION)) {
      throw new CannotStartException(
          ("cannot use %s: it holds data of version '%s' and this program reads version '%s'; run"
                  + " the program that wrote it or choose an empty directory with --data")
              .formatted(path, found, VERSION));
    }
  }

  private static void requireEmpty(Path path) throws IOException, CannotStartException {
    try (Stream<Path> children = Files.list(path)) {
      String strangers =
          children
              .map(child -> String.valueOf(child.getFileName()))
              .filter(name -> !HARMLESS.contains(name))
              .limit(3)
              .collect(Collectors.joining(", "));
      if (!strangers.isEmpty()) {
        throw new CannotStartException(
            ("cannot use %s: it is not empty (%s) and has no version file, so it is not a data"
                    + " directory of qiantang; choose another with --data")
                .formatted(path, strangers));
      }
    }
  }

  private static void requireRoom(Path path) throws IOException, CannotStartException {
    long freeBytes = Files.getFileStore(path).getUsableSpace();
    if (freeBytes < FREE_BYTES_MIN) {
      throw new CannotStartException(
          ("cannot use %s: its disk has %d MiB free and %d MiB are needed; free some or choose"
                  + " another with --data")
              .formatted(path, freeBytes >> 20, FREE_BYTES_MIN >> 20));
    }
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    if (channel == null) {
      return;
    }
    try {
      channel.close();
    } catch (IOException ignored) {
      // The lock goes with the process at the latest.
    }
  }
}
