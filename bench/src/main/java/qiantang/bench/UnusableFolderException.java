package qiantang.bench;

import java.nio.file.Path;

/** A folder holds what a benchmark cannot use. */
final class UnusableFolderException extends Exception {
  private static final long serialVersionUID = 1;

  UnusableFolderException(Path folder, String why) {
    super(
        "cannot use %s: %s; delete the folder or name another with --data".formatted(folder, why));
  }
}
