package qiantang.sim.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The command that runs the same again, without what must not be passed on. Pure. */
public final class Repeat {
  private static final String TOKEN = "--token";

  /** Options whose values are nobody's business, and where the command finds them instead. */
  private static final Map<String, String> SECRETS =
      Map.of(
          TOKEN,
          "\"$QIANTANG_TOKEN\"",
          "--mqtt-user",
          "\"$QIANTANG_MQTT_USER\"",
          "--mqtt-password",
          "\"$QIANTANG_MQTT_PASSWORD\"");

  /** Options that say which system it is, for a run and its audit alike. */
  private static final Set<String> OF_THE_SYSTEM =
      Set.of("--demo", "--http", TOKEN, "--enterprise");

  private static final Set<String> OF_ITS_ADDRESS = Set.of("--demo", "--http");

  private Repeat() {}

  /** The arguments that say which system it is. */
  public static List<String> system(List<String> arguments) {
    return some(arguments, OF_THE_SYSTEM);
  }

  /** The arguments that say where it is, for who asks it as somebody else. */
  public static List<String> address(List<String> arguments) {
    return some(arguments, OF_ITS_ADDRESS);
  }

  private static List<String> some(List<String> arguments, Set<String> options) {
    List<String> some = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (options.contains(argument) && i + 1 < arguments.size()) {
        some.add(argument);
        some.add(arguments.get(++i));
      } else if (options.stream().anyMatch(name -> argument.startsWith(name + "="))) {
        some.add(argument);
      }
    }
    return some;
  }

  /**
   * For a shell.
   *
   * @param program with the words before the arguments, such as {@code ./qiantang}
   */
  public static String command(String program, List<String> arguments) {
    List<String> words = new ArrayList<>(List.of(program));
    String secret = "";
    for (String argument : arguments) {
      String option = argument.split("=", 2)[0];
      String variable = SECRETS.getOrDefault(option, "");
      if (!secret.isEmpty()) {
        words.add(secret);
        secret = "";
      } else if (!variable.isEmpty() && !option.equals(argument)) {
        words.add(option + "=" + variable);
      } else {
        words.add(quoted(argument));
        secret = variable;
      }
    }
    return String.join(" ", words);
  }

  private static String quoted(String word) {
    return word.matches("[A-Za-z0-9_./:=,@%+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
