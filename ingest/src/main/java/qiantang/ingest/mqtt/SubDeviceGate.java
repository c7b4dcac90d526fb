package qiantang.ingest.mqtt;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.auth.EnterpriseRules;
import qiantang.ingest.auth.Identity;
import qiantang.ingest.payload.Decoded;
import qiantang.ingest.payload.SubDevice;
import qiantang.ingest.quota.EnterpriseUsage.Wait;
import qiantang.ingest.quota.Limit;
import qiantang.ingest.quota.Limits;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Reading;
import qiantang.store.model.Reason;
import qiantang.store.registry.Quota;

/**
 * Which devices one gateway's session may speak for, and how often. As a rule any. Where an
 * enterprise takes known devices only, or had all its new ones of the hour, the first message that
 * names a device waits for the registry. Event loop only.
 */
final class SubDeviceGate {
  /** After so long a device that was not there is asked for again: somebody may have created it. */
  static final Duration ASK_AGAIN = Duration.ofSeconds(5);

  /** Devices of one session that are asked for at a time; a gateway has up to 2,000. */
  private static final int ASKED_AT_ONCE = 32;

  /** Distinct refusals of one message; what is more is summed up in the last. */
  private static final int REFUSALS_MAX = 256;

  private static final Fault OF_MORE =
      new Fault(Reason.UNAUTHORIZED, "readings of more devices that may not be spoken for");

  /** Why a device may not be spoken for. */
  private record Fault(Reason reason, String detail) {}

  /** What is left of a message; null where the registry is away. */
  @FunctionalInterface
  interface Judged {
    /** Goes on with it, on the event loop. */
    void accept(@Nullable Decoded decoded);
  }

  private final MqttSession session;
  private final EnterpriseId enterprise;
  private final EnterpriseRules rules;
  private final SessionLoop loop;

  SubDeviceGate(MqttSession session, Identity identity) {
    this.session = session;
    enterprise = identity.enterprise();
    rules = identity.rules();
    loop = session.loop();
  }

  /** Whether all devices may be spoken for just now, as often as one likes. */
  boolean isOpen() {
    return rules.isAnyAllowed() && rules.limits().isOff();
  }

  /**
   * Takes out of a message the devices that may not be spoken for: those are refused. Nothing is
   * read while the registry is asked for devices.
   *
   * @param length of the payload
   */
  void judge(Decoded decoded, int length, Judged then) {
    List<SubDevice> unknown = unknown(decoded);
    if (unknown.isEmpty()) {
      then.accept(judge(decoded, length));
      return;
    }
    session.pause(MqttSession.Pause.DEVICES);
    ask(
        unknown,
        0,
        isAnswered -> {
          boolean isOver = session.isEnded();
          then.accept(isAnswered && !isOver ? judge(decoded, length) : null);
          if (!isOver) {
            session.resume(MqttSession.Pause.DEVICES);
          }
        });
  }

  private List<SubDevice> unknown(Decoded decoded) {
    long now = loop.nanos();
    if (!rules.isKnownOnly() && newDevice(now) == null) {
      return List.of();
    }
    return named(decoded).stream().filter(device -> isToBeAskedFor(device, now)).toList();
  }

  private static Set<SubDevice> named(Decoded decoded) {
    return switch (decoded) {
      case Decoded.Readings readings -> readings.devices();
      case Decoded.Birth birth -> Set.of(birth.device());
      case Decoded.Lossy lossy -> named(lossy.what());
      case Decoded.Death _, Decoded.Refused _ -> Set.of();
    };
  }

  private boolean isToBeAskedFor(SubDevice device, long nowNanos) {
    long askedNanos = device.notCreatedNanos();
    boolean isFresh = askedNanos != 0 && nowNanos - askedNanos < ASK_AGAIN.toNanos();
    boolean isAdmitted = device.isCreated() || (!rules.isKnownOnly() && device.isAnnounced());
    return !isAdmitted && !isFresh && !rules.isDisabled(device.id());
  }

  /** What refuses devices that nobody has created; null for nothing. */
  private @Nullable Wait newDevice(long nowNanos) {
    Limits limits = rules.limits();
    return limits.isOff() ? null : rules.usage().newDevice(limits, nowNanos);
  }

  /** Asks the registry; then tells whether it answered, on the event loop. */
  private void ask(List<SubDevice> devices, int from, Consumer<Boolean> then) {
    if (from >= devices.size()) {
      then.accept(true);
      return;
    }
    List<SubDevice> some = devices.subList(from, Math.min(devices.size(), from + ASKED_AT_ONCE));
    List<CompletableFuture<Boolean>> answers =
        some.stream()
            .map(device -> loop.node().logins().isCreated(enterprise, device.id()))
            .map(answer -> answer.toCompletableFuture())
            .toList();
    var _ =
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
            .whenCompleteAsync(
                (nothing, error) -> {
                  if (error != null) {
                    then.accept(false);
                    return;
                  }
                  for (int i = 0; i < some.size(); i++) {
                    some.get(i).created(answers.get(i).join(), loop.nanos());
                  }
                  ask(devices, from + some.size(), then);
                },
                loop.executor());
  }

  private Decoded judge(Decoded decoded, int length) {
    return switch (decoded) {
      case Decoded.Readings readings -> judge(readings, length);
      case Decoded.Birth birth -> {
        Fault fault = fault(birth.device());
        yield fault == null
            ? birth
            : new Decoded.Refused(refusal(birth.device().id(), fault, 0, length));
      }
      case Decoded.Lossy lossy -> new Decoded.Lossy(judge(lossy.what(), length), lossy.loss());
      case Decoded.Death death -> death;
      case Decoded.Refused refused -> refused;
    };
  }

  private Decoded judge(Decoded.Readings readings, int length) {
    Map<DeviceId, Fault> faults = Map.of();
    for (SubDevice device : readings.devices()) {
      Fault fault = fault(device);
      if (fault != null) {
        faults = faults.isEmpty() ? new LinkedHashMap<>() : faults;
        faults.put(device.id(), fault);
      }
    }
    return faults.isEmpty() ? readings : without(readings, faults, length);
  }

  private static Decoded without(
      Decoded.Readings readings, Map<DeviceId, Fault> faults, int length) {
    List<Reading> left = new ArrayList<>();
    Map<DeviceId, Integer> counts = new LinkedHashMap<>();
    for (Reading reading : readings.readings()) {
      if (faults.containsKey(reading.device())) {
        counts.merge(reading.device(), 1, Integer::sum);
      } else {
        left.add(reading);
      }
    }
    Set<SubDevice> devices = new HashSet<>(readings.devices());
    devices.removeIf(device -> faults.containsKey(device.id()));
    List<Decoded.Refusal> refusals = new ArrayList<>(readings.refusals());
    int more = 0;
    for (Map.Entry<DeviceId, Integer> refused : counts.entrySet()) {
      if (refusals.size() < REFUSALS_MAX - 1) {
        Fault fault = faults.getOrDefault(refused.getKey(), OF_MORE);
        refusals.add(refusal(refused.getKey(), fault, refused.getValue(), length));
      } else {
        more += refused.getValue();
      }
    }
    if (more > 0) {
      refusals.add(refusal(null, OF_MORE, more, length));
    }
    return new Decoded.Readings(left, devices, refusals);
  }

  /** Why a device may not be spoken for, and what to do; null where it may, and that counts. */
  private @Nullable Fault fault(SubDevice device) {
    if (rules.isDisabled(device.id())) {
      return new Fault(
          Reason.UNAUTHORIZED,
          "device "
              + device.id()
              + " is disabled: enable it by PATCH .../devices/{device}; or it was deleted: create"
              + " it again by POST .../devices");
    }
    boolean isUnknown = device.notCreatedNanos() != 0;
    if (rules.isKnownOnly() && isUnknown) {
      return new Fault(
          Reason.UNAUTHORIZED,
          "device "
              + device.id()
              + " is not known, and the enterprise takes known ones only: create it by POST"
              + " .../devices, or set subDevices to create by PATCH of the enterprise");
    }
    Limits limits = rules.limits();
    if (limits.isOff()) {
      return null;
    }
    long now = loop.nanos();
    if (isUnknown && !device.isAnnounced()) {
      Wait wait = newDevice(now);
      if (wait != null) {
        return fault(device, wait.limit(), wait.nanos());
      }
    }
    Limit messages = limits.of(Quota.SUB_DEVICE_MESSAGES);
    long wait = device.take(messages, now);
    return wait > 0 ? fault(device, messages, wait) : null;
  }

  private Fault fault(SubDevice device, Limit limit, long waitNanos) {
    loop.node().meter().overQuota(limit.quota());
    return new Fault(Reason.QUOTA, "device " + device.id() + ": " + limit.refusal(waitNanos));
  }

  private static Decoded.Refusal refusal(
      @Nullable DeviceId device, Fault fault, int readings, int length) {
    return new Decoded.Refusal(device, fault.reason(), fault.detail(), null, readings, 0, length);
  }
}
