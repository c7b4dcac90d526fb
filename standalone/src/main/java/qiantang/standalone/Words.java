package qiantang.standalone;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import qiantang.ingest.mqtt.Terms;
import qiantang.ingest.net.admission.AddressRanges;
import qiantang.ingest.net.ws.Origins;
import qiantang.query.limit.Limits;
import qiantang.store.model.EnterpriseId;

/** How words of the command line become values; a word that cannot is wrong usage. */
final class Words {
  private static final int PORT_MAX = 65_535;

  private Words() {}

  /** A TCP port to listen on. */
  static final class Port implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String word) {
      return number(word, word, 0, PORT_MAX, "it takes a port, 0 (any free one) to 65535");
    }
  }

  /** A TCP port to listen on, or -1 for {@code off}. */
  static final class PortOrOff implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String word) {
      String form = "it takes a port, 0 (any free one) to 65535, or off";
      return word.equals("off") ? -1 : number(word, word, 0, PORT_MAX, form);
    }
  }

  /** How many of something, none included. */
  static final class Count implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String word) {
      return number(word, word, 0, Integer.MAX_VALUE, "it takes a number from 0 on");
    }
  }

  /** How many of something a second. */
  static final class Rate implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String word) {
      return number(word, word, 1, Integer.MAX_VALUE, "it takes a number from 1 on");
    }
  }

  /** How many values of samples a minute. */
  static final class Points implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String word) {
      int least = (int) Limits.POINTS_LEAST; // fewer than the largest answer has
      return number(
          word, word, least, Integer.MAX_VALUE, "it takes a number from " + least + " on");
    }
  }

  /** A keep-alive. */
  static final class Seconds implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String word) {
      int most = Terms.KEEP_ALIVE_SECONDS_LIMIT;
      return number(word, word, 1, most, "it takes seconds, 1 to " + most);
    }
  }

  /** Addresses. */
  static final class AddressRange implements ITypeConverter<String> {
    @Override
    public String convert(String word) {
      return checked(word, AddressRanges::of);
    }
  }

  /** Pages of the web. */
  static final class Origin implements ITypeConverter<String> {
    @Override
    public String convert(String word) {
      return checked(word, Origins::of);
    }
  }

  private static String checked(String word, Consumer<List<String>> check) {
    try {
      check.accept(List.of(word));
      return word;
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(String.valueOf(e.getMessage()));
    }
  }

  /** Servers as MQTT 5 names them: {@code host:port [v6]:port}. */
  static final class ServerReference implements ITypeConverter<String> {
    private static final Pattern SERVER =
        Pattern.compile("(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(?::(\\d{1,5}))?");

    @Override
    public String convert(String word) {
      String form = "it takes host:port, or several of them separated by blanks";
      for (String server : word.split(" ", -1)) {
        Matcher matcher = SERVER.matcher(server);
        if (!matcher.matches()) {
          throw wrong(word, form);
        }
        if (matcher.group(1) != null) {
          var _ = number(word, matcher.group(1), 1, PORT_MAX, form);
        }
      }
      return word;
    }
  }

  /** An enterprise. */
  static final class Enterprise implements ITypeConverter<EnterpriseId> {
    @Override
    public EnterpriseId convert(String word) {
      if (!EnterpriseId.isValid(word)) {
        throw wrong(word, "it takes an enterprise's id, 1 to 32 of [a-z0-9-]");
      }
      return new EnterpriseId(word);
    }
  }

  /** A level of a topic, as Sparkplug's ids are. */
  static final class TopicLevel implements ITypeConverter<String> {
    @Override
    public String convert(String word) {
      if (word.isBlank() || word.matches(".*[/+#].*")) {
        throw wrong(word, "it takes a level of a topic, without / + #");
      }
      return word;
    }
  }

  /** {@code host}, {@code host:port}, {@code [v6]:port} or {@code v6}: a node of Cassandra. */
  static final class Node implements ITypeConverter<InetSocketAddress> {
    private static final int CQL_PORT = 9042;

    /** Not looked up yet: a name that does not exist is no wrong usage. */
    @Override
    public InetSocketAddress convert(String word) {
      int colon = word.lastIndexOf(':');
      boolean isPort = colon >= 0 && (word.indexOf(':') == colon || word.indexOf("]:") >= 0);
      String host = isPort ? word.substring(0, colon) : word;
      if (host.isBlank()) {
        throw wrong(word, "it takes host:port");
      }
      String form = "it takes host:port with a port up to 65535";
      int port = isPort ? number(word, word.substring(colon + 1), 1, PORT_MAX, form) : CQL_PORT;
      return InetSocketAddress.createUnresolved(host, port);
    }
  }

  /** The number that {@code digits} say; they are the word, or a part of it. */
  private static int number(String word, String digits, int least, int most, String form) {
    try {
      int number = Integer.parseInt(digits);
      if (least <= number && number <= most) {
        return number;
      }
    } catch (NumberFormatException ignored) {
      // Out of range, in one way or the other.
    }
    throw wrong(word, form);
  }

  private static TypeConversionException wrong(String word, String form) {
    return new TypeConversionException("'%s': %s".formatted(word, form));
  }
}
