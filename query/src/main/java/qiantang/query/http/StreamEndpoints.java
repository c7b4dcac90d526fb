package qiantang.query.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.query.access.Action;
import qiantang.query.access.Choice;
import qiantang.query.auth.Leave;
import qiantang.query.live.Live;
import qiantang.query.live.Wanted;
import qiantang.query.read.Devices;
import qiantang.query.read.Places;
import qiantang.store.access.Place;
import qiantang.store.model.DeviceId;
import qiantang.store.read.Followed;
import qiantang.store.summary.Interval;
import qiantang.store.summary.IntervalText;

/** The live stream. */
public final class StreamEndpoints {
  private static final int RETRY_SECONDS = 5;
  private static final int NAMED_MAX = 10; // in the words of a problem
  private static final Duration INTERVAL_MAX = Duration.ofHours(1);
  private static final String READING = "reading";
  private static final String STATE = "state";
  private static final String REJECTION = "rejection";
  private static final List<String> KINDS = List.of(READING, STATE, REJECTION);

  private final Live live;
  private final Places places;
  private final Devices devices;

  /** Answers by what happens. */
  public StreamEndpoints(Live live, Places places, Devices devices) {
    this.live = live;
    this.places = places;
    this.devices = devices;
  }

  /** Ends all streams, and lets none begin. */
  void end() {
    live.close();
  }

  Answer follow(Leave leave, Request request) {
    Faults faults = new Faults();
    Set<String> kinds = new LinkedHashSet<>();
    Wanted wanted = wanted(leave, request, faults, kinds);
    if (faults.areAny()) {
      return faults.answer();
    }
    if (kinds.contains(REJECTION) && !Live.mayHearRejections(leave)) {
      return Answer.problem(
          Problem.FORBIDDEN,
          "rejections are for the enterprise's own people, and its applications with the scope"
              + " 'diagnose': leave 'rejection' out of 'events'");
    }
    Set<DeviceId> missing = missing(leave, wanted.devices());
    if (!missing.isEmpty()) {
      return noDevices(missing);
    }
    String barred = wanted.readings() ? barred(leave, wanted) : null;
    if (barred != null) {
      return Granted.barred(barred);
    }
    return switch (live.begin(leave, wanted)) {
      case Live.Begun.Following following -> {
        Set<DeviceId> named = wanted.devices();
        yield new EventBody(following).answer().about(named == null ? Set.of() : named);
      }
      case Live.Begun.TooMany(String advice) ->
          Pace.tooManyAtOnce(
              Problem.TOO_MANY_STREAMS,
              "live-streams",
              Live.STREAMS_PER_TOKEN_MAX,
              advice,
              RETRY_SECONDS);
    };
  }

  /** Those that are not there, or not for this caller: nobody can tell which. */
  private Set<DeviceId> missing(Leave leave, @Nullable Set<DeviceId> named) {
    if (named == null) {
      return Set.of();
    }
    Set<DeviceId> missing = devices.missing(leave.enterprise(), named);
    if (!leave.sight().isWhole()) {
      places
          .of(leave, List.copyOf(named))
          .forEach(
              (device, place) -> {
                if (!leave.sight().covers(place)) {
                  missing.add(device);
                }
              });
    }
    return missing;
  }

  private static Answer noDevices(Set<DeviceId> missing) {
    return Answer.problem(
        Problem.NOT_FOUND,
        missing.stream().limit(NAMED_MAX).map(DeviceId::text).toList()
            + (missing.size() > NAMED_MAX ? " and others" : "")
            + ": there are no such devices, or not for this token: leave them out of 'devices'");
  }

  private static Wanted wanted(Leave leave, Request request, Faults faults, Set<String> kinds) {
    Parameters parameters = new Parameters(request, faults);
    Set<DeviceId> devices = devices(parameters, faults);
    String factory = parameters.text("factory");
    String line = parameters.text("line");
    List<String> metrics = parameters.metrics();
    Duration leastInterval =
        parameters.parsed(
            "minInterval",
            "it takes a time up to 1h that divides a day, like 500ms, 1s, 10s or 5m",
            StreamEndpoints::interval);
    kinds.addAll(kinds(parameters, faults));
    parameters.refuseOthers();
    Set<String> told = kinds.isEmpty() ? usual(leave) : kinds;
    return new Wanted(
        devices,
        factory,
        line,
        metrics,
        told.contains(READING),
        told.contains(STATE),
        told.contains(REJECTION),
        leastInterval == null ? Duration.ZERO : leastInterval,
        after(request, faults));
  }

  private static Set<String> usual(Leave leave) {
    return Live.mayHearRejections(leave) ? Set.copyOf(KINDS) : Set.of(READING, STATE);
  }

  private static @Nullable Set<DeviceId> devices(Parameters parameters, Faults faults) {
    String text = parameters.text("devices");
    if (text == null) {
      return null;
    }
    if (text.isEmpty()) {
      faults.parameter("devices", "name at least one, or leave it out for all");
      return null;
    }
    Set<DeviceId> devices = new LinkedHashSet<>();
    String[] ids = text.split(",", Live.DEVICES_MAX + 1);
    for (String id : ids) {
      if (DeviceId.isValid(id)) {
        devices.add(new DeviceId(id));
      } else if (ids.length <= Live.DEVICES_MAX) {
        faults.parameter("devices", "'" + Parameters.shortened(id) + "' is no id of a device");
      }
    }
    if (ids.length > Live.DEVICES_MAX) {
      faults.parameter(
          "devices",
          "name at most "
              + Live.DEVICES_MAX
              + ", separated by commas; or a factory, or a line, or none for all");
    }
    return devices;
  }

  private static List<String> kinds(Parameters parameters, Faults faults) {
    String text = parameters.text("events");
    List<String> kinds = new ArrayList<>();
    for (String word : text == null ? List.<String>of() : Arrays.asList(text.split(",", -1))) {
      if (KINDS.contains(word)) {
        kinds.add(word);
      } else {
        faults.parameter(
            "events",
            "cannot read '" + Parameters.shortened(word) + "': it takes some of " + KINDS);
      }
    }
    return kinds;
  }

  private static @Nullable Duration interval(String text) {
    if (IntervalText.parse(text) instanceof Interval.Clock(long micros)) {
      Duration interval = Duration.ofNanos(micros * 1000);
      return interval.compareTo(INTERVAL_MAX) <= 0 ? interval : null;
    }
    return null;
  }

  private static @Nullable Followed after(Request request, Faults faults) {
    String text = request.lastEventId();
    if (text == null || text.isEmpty()) {
      return null;
    }
    Followed after = Followed.parse(text);
    if (after == null) {
      faults.parameter(
          "Last-Event-ID", "give the id of the last event unchanged, or leave the header out");
    }
    return after;
  }

  /** Why nothing that was named may be followed; null where something may. */
  private @Nullable String barred(Leave leave, Wanted wanted) {
    if (leave.sight().isWhole()) {
      return null;
    }
    if (!leave.sight().isRawOfAny()) {
      return "only aggregates are granted, no live readings: ask for a series with interval= and"
          + " aggregate=, or follow events=state alone";
    }
    Set<DeviceId> devices = wanted.devices();
    if (devices == null) {
      return null;
    }
    // It also notes by which grants it was let: they are in the audit's line of the begin.
    boolean isAny = false;
    String barred = null;
    for (Place place : places.of(leave, List.copyOf(devices)).values()) {
      switch (leave.sight().choose(place, wanted.metrics(), new Action.Live())) {
        case Choice.Pass _ -> isAny = true;
        case Choice.Barred(String advice) -> barred = advice;
        case Choice.Hidden _ -> {} // as if there were none: nothing comes of it
      }
    }
    return isAny ? null : barred;
  }
}
