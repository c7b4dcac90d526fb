package qiantang.query.http;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import qiantang.query.access.Action;
import qiantang.query.access.Decision;
import qiantang.query.auth.Leave;
import qiantang.query.change.ChangeIdentifiers;
import qiantang.query.change.CreateDevices;
import qiantang.query.change.DeleteDevice;
import qiantang.query.change.DisableDevice;
import qiantang.query.json.IdentifierJson;
import qiantang.query.json.RegistryJson;
import qiantang.query.json.UnitsJson;
import qiantang.query.read.DeviceFilter;
import qiantang.query.read.DeviceOrder;
import qiantang.query.read.DeviceUnits;
import qiantang.query.read.Devices;
import qiantang.query.read.FleetDevice;
import qiantang.query.read.ListDevices;
import qiantang.query.read.OrderedPlace;
import qiantang.query.read.SortDevices;
import qiantang.store.health.Axis;
import qiantang.store.identifier.Identifier;
import qiantang.store.model.DeviceId;
import qiantang.store.registry.Device;

/** Devices of one enterprise. */
public final class DeviceEndpoints {
  // A list of them takes 150 KiB and a few seconds of transactions.
  private static final int CREATED_AT_ONCE_MAX = 1000;
  private static final int SHOWN_MAX = 10;

  private final Devices devices;
  private final ListDevices listDevices;
  private final CreateDevices createDevices;
  private final SortDevices sortDevices;
  private final DisableDevice disableDevice;
  private final ChangeIdentifiers changeIdentifiers;
  private final DeleteDevice deleteDevice;
  private final DeviceUnits units;
  private final Conditions conditions;

  /** Answers by these use cases. */
  public DeviceEndpoints(
      Devices devices,
      ListDevices listDevices,
      SortDevices sortDevices,
      CreateDevices createDevices,
      DisableDevice disableDevice,
      ChangeIdentifiers changeIdentifiers,
      DeleteDevice deleteDevice,
      DeviceUnits units,
      Conditions conditions) {
    this.devices = devices;
    this.listDevices = listDevices;
    this.createDevices = createDevices;
    this.sortDevices = sortDevices;
    this.disableDevice = disableDevice;
    this.changeIdentifiers = changeIdentifiers;
    this.deleteDevice = deleteDevice;
    this.units = units;
    this.conditions = conditions;
  }

  Answer list(Leave leave, Request request) {
    Faults faults = new Faults();
    Parameters parameters = new Parameters(request, faults);
    int limit = parameters.limit(EnterpriseEndpoints.LIMIT_USUAL, EnterpriseEndpoints.LIMIT_MAX);
    DeviceOrder order = parameters.word("sort", DeviceOrder.class, DeviceOrder::word);
    boolean isSorted = order != null && order != DeviceOrder.ID;
    DeviceId after = isSorted ? null : parameters.cursor(Cursor.DEVICES, DeviceEndpoints::id);
    DeviceFilter filter = filter(parameters);
    if (order != null && isSorted) {
      return sorted(leave, request, filter, order, limit, parameters, faults);
    }
    parameters.refuseOthers();
    if (faults.areAny()) {
      return faults.answer();
    }
    ListDevices.Found found = listDevices.run(leave, filter, after, limit);
    return listed(found, Cursor.DEVICES.encode(request, found.page().next()));
  }

  private static Answer listed(ListDevices.Found found, @Nullable String next) {
    return Answer.json(200, RegistryJson.devices(found, next)).tagged(Tag.BY_CONTENT);
  }

  private Answer sorted(
      Leave leave,
      Request request,
      DeviceFilter filter,
      DeviceOrder order,
      int limit,
      Parameters parameters,
      Faults faults) {
    OrderedPlace after =
        parameters.cursor(Cursor.SORTED, text -> OrderedPlace.parse(text, order.word()));
    parameters.refuseOthers();
    if (faults.areAny()) {
      return faults.answer();
    }
    return switch (sortDevices.run(leave, filter, order, after, limit)) {
      case SortDevices.Result.Sorted(ListDevices.Found found) ->
          listed(found, Cursor.SORTED.encode(request, found.page().next()));
      case SortDevices.Result.TooMany(int max) -> {
        faults.parameter(
            "sort", "the enterprise has more than " + max + " devices, which come by id alone");
        yield faults.answer();
      }
    };
  }

  private static DeviceFilter filter(Parameters parameters) {
    return new DeviceFilter(
        parameters.word("kind", Device.Kind.class, Device.Kind::word),
        parameters.parsed("gateway", "it is the id of a gateway", DeviceEndpoints::id),
        parameters.text("model"),
        parameters.text("factory"),
        parameters.text("line"),
        parameters.word("connection", DeviceFilter.Connected.class, DeviceFilter.Connected::word),
        states(parameters),
        parameters.word("reason", DeviceFilter.REASONS),
        parameters.text("text"),
        begin(parameters.text("identifier")));
  }

  /** What is given whole in another form is looked for in the one that is stored. */
  private static @Nullable String begin(@Nullable String identifier) {
    return identifier == null
        ? null
        : Identifier.of(identifier).map(Identifier::text).orElse(identifier);
  }

  Answer read(Leave leave, Request request) {
    return idOf(request)
        .flatMap(id -> devices.find(leave.enterprise(), id))
        .map(found -> found.seenBy(leave.sight()).reporting(granted(leave, found.metrics())))
        .map(found -> one(leave, found))
        .orElseGet(() -> Answer.notFound("device"));
  }

  private Answer one(Leave leave, FleetDevice device) {
    return Answer.json(200, UnitsJson.device(device, units.of(leave.enterprise(), device)))
        .tagged(tag(device));
  }

  /** Of what people change; what comes of the device changes all the time. */
  private static Tag tag(FleetDevice device) {
    return Tag.of(
        device.lifecycle() == FleetDevice.Lifecycle.DISABLED,
        device.factory(),
        device.line(),
        device.identifiers());
  }

  /** Names of metrics tell what a machine does: of those that are not granted none is told. */
  private static Set<String> granted(Leave leave, Set<String> metrics) {
    return metrics.stream()
        .filter(
            metric ->
                leave.sight().isWhole()
                    || leave.sight().decide(leave.place(), metric, new Action.Look())
                        instanceof Decision.Allowed)
        .collect(Collectors.toSet());
  }

  Answer create(Leave leave, Request request) {
    Faults faults = new Faults();
    Members members = new Members(request.body(), "", faults);
    boolean isList = members.isGiven("devices");
    List<CreateDevices.Wanted> wanted =
        isList ? wantedList(members, faults) : List.of(wanted(members));
    if (faults.areAny()) {
      return faults.answer();
    }
    return switch (createDevices.run(leave, wanted)) {
      case CreateDevices.Result.Created created -> created(created.devices(), isList);
      case CreateDevices.Result.Exist exist ->
          Answer.problem(
              Problem.CONFLICT,
              "nothing was created, because there are already " + some(exist.devices()));
      case CreateDevices.Result.Taken taken -> taken("nothing was created", taken.identifiers());
      case CreateDevices.Result.Raced raced ->
          Answer.problem(
              Problem.CONFLICT,
              "another request created "
                  + some(raced.devices())
                  + " meanwhile; all others of this request were created: get tokens for them by"
                  + " POST .../devices/{device}/credentials");
      case CreateDevices.Result.NoGateways none -> {
        faults.member(
            isList ? "/devices" : "/gateway",
            "there are no gateways " + some(none.gateways()) + ": create them first, or along");
        yield faults.answer();
      }
    };
  }

  Answer change(Leave leave, Request request) {
    Faults faults = new Faults();
    Members members = new Members(request.body(), "", faults);
    boolean isNamed = members.isGiven(IdentifierMembers.NAME);
    List<Identifier> identifiers = IdentifierMembers.of(members);
    boolean isSwitched = members.isThere("disabled");
    boolean isDisabled = isSwitched && members.flagNeeded("disabled");
    if (!isSwitched && !isNamed) {
      members.fault("name what to change: disabled (true or false), identifiers, or both");
    }
    members.refuseOthers();
    if (faults.areAny()) {
      return faults.answer();
    }
    DeviceId device = id(request.pathParameter("device"));
    if (device == null) {
      return Answer.notFound("device");
    }
    return conditions.changing(
        leave,
        "devices/" + device,
        request,
        () -> devices.find(leave.enterprise(), device).map(DeviceEndpoints::tag),
        () -> {
          ChangeIdentifiers.Result named =
              isNamed ? changeIdentifiers.run(leave, device, identifiers) : null;
          if (named instanceof ChangeIdentifiers.Result.Taken taken) {
            return taken("nothing was changed", taken.identifiers());
          }
          return (isSwitched
                  ? disableDevice.run(leave, device, isDisabled)
                  : devices.find(leave.enterprise(), device))
              .map(found -> one(leave, found))
              .orElseGet(() -> Answer.notFound("device"));
        });
  }

  Answer delete(Leave leave, Request request) {
    return idOf(request)
        .flatMap(id -> deleteDevice.run(leave, id))
        .map(deleted -> Answer.json(200, IdentifierJson.deleted(deleted)))
        .orElseGet(() -> Answer.notFound("device"));
  }

  /** Whose they are nobody is told, not even whether it is the caller's own device. */
  private static Answer taken(String what, List<Identifier> identifiers) {
    return Answer.problem(
        Problem.IDENTIFIER_TAKEN,
        what
            + ", because other devices have "
            + identifiers.stream().map(Identifier::text).limit(SHOWN_MAX).toList()
            + ": an identifier names one device; if it is this one's, ask the operator");
  }

  /** The device of the path; what has not the form of an id is no device. */
  static Optional<DeviceId> idOf(Request request) {
    return Optional.ofNullable(id(request.pathParameter("device")));
  }

  private static Answer created(List<CreateDevices.WithToken> devices, boolean isList) {
    return isList
        ? Answer.json(
            201,
            out -> {
              out.object().array("items");
              for (CreateDevices.WithToken device : devices) {
                out.object();
                RegistryJson.created(out, device);
                out.endObject();
              }
              out.endArray().endObject();
            })
        : Answer.json(201, RegistryJson.one(devices.getFirst(), RegistryJson::created));
  }

  private static List<CreateDevices.Wanted> wantedList(Members members, Faults faults) {
    List<?> elements = members.elements("devices");
    members.refuseOthers();
    if (elements.isEmpty() || elements.size() > CREATED_AT_ONCE_MAX) {
      members.fault("devices", "it takes 1 to " + CREATED_AT_ONCE_MAX + " devices");
      return List.of();
    }
    List<CreateDevices.Wanted> wanted = new ArrayList<>(elements.size());
    Set<DeviceId> seen = new HashSet<>();
    for (int i = 0; i < elements.size(); i++) {
      String pointer = "/devices/" + i;
      if (elements.get(i) instanceof JsonObject element) {
        CreateDevices.Wanted one = wanted(new Members(element, pointer, faults));
        wanted.add(one);
        if (!seen.add(one.id())) {
          faults.member(pointer + "/id", "'" + one.id() + "' is in the list twice");
        }
      } else {
        faults.member(pointer, "it takes an object");
      }
    }
    return wanted;
  }

  private static CreateDevices.Wanted wanted(Members members) {
    DeviceId id = members.deviceNeeded("id");
    String name = members.name("name");
    Device.Kind kind = members.parsed("kind", "it is device or gateway", Device.Kind::ofWord);
    DeviceId gateway = members.device("gateway");
    if (gateway != null && kind == Device.Kind.GATEWAY) {
      members.fault("gateway", "a gateway is behind no other");
    }
    CreateDevices.Wanted wanted =
        new CreateDevices.Wanted(
            id,
            name == null ? id.text() : name,
            kind == null ? Device.Kind.DEVICE : kind,
            gateway,
            orEmpty(members.name("model")),
            orEmpty(members.name("factory")),
            orEmpty(members.name("line")),
            IdentifierMembers.of(members));
    members.refuseOthers();
    return wanted;
  }

  private static String some(List<DeviceId> ids) {
    return ids.size() <= SHOWN_MAX
        ? ids.toString()
        : ids.subList(0, SHOWN_MAX) + " and " + (ids.size() - SHOWN_MAX) + " more";
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  static @Nullable DeviceId id(String text) {
    return DeviceId.isValid(text) ? new DeviceId(text) : null;
  }

  private static Set<Axis.State> states(Parameters parameters) {
    Set<Axis.State> states = EnumSet.noneOf(Axis.State.class);
    for (Axis axis : List.of(Axis.LIFECYCLE, Axis.DATA, Axis.QUALITY)) {
      List<String> words = axis.states().stream().map(Axis.State::word).toList();
      String word = parameters.word(axis.word(), words);
      if (word != null) {
        states.add(Axis.State.ofWord(word));
      }
    }
    return states;
  }
}
