package qiantang.sim.outcome;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;

/** Why a file cannot be read or written, for a sentence that names the file itself. Pure. */
public final class FileCause {
  private FileCause() {}

  /** In a few words, without the file's name, which Java gives as all of its message. */
  public static String of(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "there is no such file or folder";
      case AccessDeniedException _ -> "permission is denied";
      case FileAlreadyExistsException _ -> "a file of this name is there already";
      case NotDirectoryException _ -> "a part of the path is a file, not a folder";
      case CharacterCodingException _ -> "it is no text in UTF-8";
      case FileSystemException system when system.getReason() != null ->
          lowerCase(system.getReason());
      default -> e.getMessage() == null ? e.getClass().getSimpleName() : lowerCase(e.getMessage());
    };
  }

  /** The operating system's words, such as {@code No space left on device}. */
  private static String lowerCase(String words) {
    boolean sentence = words.length() > 1 && Character.isLowerCase(words.charAt(1));
    return sentence ? words.substring(0, 1).toLowerCase(Locale.ROOT) + words.substring(1) : words;
  }
}
