package qiantang.standalone;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import qiantang.standalone.cassandra.CannotStartException;

/** Where a program of its own listens. */
final class ListenOptions {
  @Option(
      names = "--bind",
      paramLabel = "ADDRESS",
      split = ",",
      description = "Addresses to listen on, separated by commas. Default: ${DEFAULT-VALUE}")
  private List<String> bind = List.of("127.0.0.1", "::1");

  List<String> texts() {
    return bind;
  }

  List<InetAddress> addresses() throws CannotStartException {
    List<InetAddress> addresses = new ArrayList<>();
    for (String text : bind) {
      try {
        addresses.add(InetAddress.getAllByName(text)[0]);
      } catch (UnknownHostException e) {
        throw new CannotStartException("cannot listen on " + text, e);
      }
    }
    return addresses;
  }
}
