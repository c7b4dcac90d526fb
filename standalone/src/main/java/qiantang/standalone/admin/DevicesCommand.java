package qiantang.standalone.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import qiantang.sim.SystemOptions;

/** {@code qiantang admin devices}. */
@Command(
    name = "devices",
    description = {
      "Creates devices and prints device<TAB>token, one a line; the tokens are shown only now.",
      "Those that exist already are left as they are, so that the same command goes on where one"
          + " before was cut off.",
      "With --disable or --enable: changes one device and prints it as in a list.",
      "With --identify: gives it the identifiers of --identifier, in place of those it has, and"
          + " prints it with them, kind:id.",
      "With --delete: deletes it and prints its id and how many credentials were taken away.",
      "Without any: lists id<TAB>kind<TAB>model<TAB>connection<TAB>lifecycle."
    },
    mixinStandardHelpOptions = true)
final class DevicesCommand implements Callable<Integer> {
  /** As many as the API takes in one request. */
  private static final int REQUEST_DEVICES_MAX = 1000;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private SystemOptions system = new SystemOptions();

  @Option(names = "--enterprise", paramLabel = "ID", required = true, description = "Whose.")
  private String enterprise = "";

  @ArgGroup private @Nullable Change change;

  /** What is changed of a device. */
  static final class Change {
    @Option(
        names = "--disable",
        required = true,
        paramLabel = "ID",
        description =
            "Disables this device: its sessions end within 5 s, its credentials open nothing, and"
                + " what gateways say of it is refused. What it sent stays.")
    private @Nullable String disable;

    @Option(
        names = "--enable",
        required = true,
        paramLabel = "ID",
        description = "Enables it again.")
    private @Nullable String enable;

    @Option(
        names = "--identify",
        required = true,
        paramLabel = "ID",
        description = "Gives this device the identifiers of --identifier; without any, none.")
    private @Nullable String identify;

    @Option(
        names = "--delete",
        required = true,
        paramLabel = "ID",
        description =
            "Deletes this device: its credentials open nothing, its sessions end within 5 s, its"
                + " identifiers are free. What it sent stays.")
    private @Nullable String delete;
  }

  @Option(
      names = "--identifier",
      paramLabel = "KIND:ID",
      description =
          "What it is called elsewhere: 88:88.118.1/CNC-7, gs1:(01)09506000134352(21)S7 or its"
              + " link, own:SN-1. May be repeated.")
  private List<String> identifiers = List.of();

  @Option(names = "--count", paramLabel = "N", description = "How many to create, 1 or more.")
  private @Nullable Integer count;

  @Option(
      names = "--prefix",
      paramLabel = "P",
      description = "Their ids are P and a number of six digits, from 1. Default: ${DEFAULT-VALUE}")
  private String prefix = "device-";

  @Option(
      names = "--kind",
      paramLabel = "device|gateway",
      description = "What they are. Default: ${DEFAULT-VALUE}")
  private String kind = "device";

  @Option(names = "--model", paramLabel = "MODEL", description = "Their device model.")
  private @Nullable String model;

  @Override
  public Integer call() throws ApiException, InterruptedException {
    if (count != null && count < 1) {
      throw new ParameterException(spec.commandLine(), "--count takes 1 or more, not " + count);
    }
    if (count != null && change != null) {
      throw new ParameterException(
          spec.commandLine(), "--count creates devices: leave out what changes one");
    }
    if (!identifiers.isEmpty() && (change == null || change.identify == null)) {
      throw new ParameterException(
          spec.commandLine(), "--identifier says what --identify gives a device: give that too");
    }
    PrintWriter out = spec.commandLine().getOut();
    try (Api api = Api.open(system)) {
      if (change != null) {
        out.println(change(api, change));
      } else if (count == null) {
        api.list(path(), item -> out.println(line(item)));
      } else {
        create(api, count);
      }
    } finally {
      out.flush(); // What was created is told even if a later request fails.
    }
    return 0;
  }

  /** Changes one device; the line that tells of it. */
  private String change(Api api, Change wanted) throws ApiException, InterruptedException {
    if (wanted.delete != null) {
      return Lines.of(
          api.delete(path() + "/" + Api.encode(wanted.delete)), "device", "credentials");
    }
    if (wanted.identify != null) {
      JsonNode device = api.patch(path() + "/" + Api.encode(wanted.identify), identifiersBody());
      StringBuilder line = new StringBuilder(line(device));
      for (JsonNode one : device.path("identifiers")) {
        line.append('\t').append(one.path("kind").asText()).append(':');
        line.append(one.path("id").asText());
      }
      return line.toString();
    }
    boolean isDisabled = wanted.disable != null;
    String id = String.valueOf(isDisabled ? wanted.disable : wanted.enable);
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("disabled", isDisabled);
    return line(api.patch(path() + "/" + Api.encode(id), body));
  }

  private ObjectNode identifiersBody() {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ArrayNode all = body.putArray("identifiers");
    for (String each : identifiers) {
      int colon = each.indexOf(':');
      if (colon < 1) {
        throw new ParameterException(
            spec.commandLine(), "--identifier takes KIND:ID, as own:SN-1, not " + each);
      }
      all.addObject().put("kind", each.substring(0, colon)).put("id", each.substring(colon + 1));
    }
    return body;
  }

  private static String line(JsonNode device) {
    return Lines.of(device, "id", "kind", "model", "connection", "lifecycle");
  }

  private void create(Api api, int wanted) throws ApiException, InterruptedException {
    int created = 0;
    Set<String> existing = new HashSet<>();
    for (int from = 1; from <= wanted; from += REQUEST_DEVICES_MAX) {
      int to = Math.min(wanted, from + REQUEST_DEVICES_MAX - 1);
      try {
        created += createMissing(api, ids(from, to), existing);
      } catch (ApiException e) {
        throw created == 0 ? e : cutOff(e, created, wanted, id(from));
      }
    }
    if (created < wanted) {
      tellExisting(wanted - created, wanted);
    }
  }

  /** Answers how many were created. Those that exist already are noted, and not created. */
  private int createMissing(Api api, List<String> ids, Set<String> existing)
      throws ApiException, InterruptedException {
    List<String> missing = without(ids, existing);
    while (!missing.isEmpty()) {
      try {
        JsonNode items = api.post(path(), body(missing)).path("items");
        items.forEach(item -> spec.commandLine().getOut().println(Lines.of(item, "id", "token")));
        return items.size();
      } catch (ApiException e) {
        if (!e.isConflict()) {
          throw e;
        }
        // The API creates all of a request or says that some exist; which, its list tells.
        api.list(path(), item -> existing.add(item.path("id").asText()));
        List<String> still = without(missing, existing);
        if (still.size() == missing.size()) {
          throw e;
        }
        missing = still;
      }
    }
    return 0;
  }

  /** What the API says of its last request is not true of all of them. */
  private static ApiException cutOff(ApiException why, int created, int wanted, String next) {
    return new ApiException(
        ("%d of %d devices were created and printed, but then: %s; the same command goes on at %s"
                + " and leaves alone what exists")
            .formatted(created, wanted, why.getMessage(), next),
        0);
  }

  private void tellExisting(int existing, int wanted) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(
        ("qiantang: %d of %d devices existed already and were left as they are; their tokens"
                + " cannot be shown again: 'admin credentials' gives a device a further one")
            .formatted(existing, wanted));
    err.flush();
  }

  private List<String> ids(int from, int to) {
    List<String> ids = new ArrayList<>();
    for (int number = from; number <= to; number++) {
      ids.add(id(number));
    }
    return ids;
  }

  private String id(int number) {
    return prefix + "%06d".formatted(number);
  }

  private static List<String> without(List<String> ids, Set<String> others) {
    return ids.stream().filter(id -> !others.contains(id)).toList();
  }

  private String path() {
    return "/v1/enterprises/" + Api.encode(enterprise) + "/devices";
  }

  private ObjectNode body(List<String> ids) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ArrayNode devices = body.putArray("devices");
    for (String id : ids) {
      ObjectNode device = devices.addObject();
      device.put("id", id).put("kind", kind);
      if (model != null) {
        device.put("model", model);
      }
    }
    return body;
  }
}
