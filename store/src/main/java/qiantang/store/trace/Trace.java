package qiantang.store.trace;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.TopicFilters;

/**
 * A request to be told what passes, for some minutes. Either of a device, that of a gateway's
 * sessions which names it included, or of all sessions of the enterprise where a topic matches.
 *
 * @param id unique in its enterprise
 * @param device null where it is of a topic
 * @param topic an MQTT topic filter; null where it is of a device
 * @param created by the database's clock
 * @param until when it ends by itself
 * @param isStopped whether it was ended before
 */
public record Trace(
    EnterpriseId enterprise,
    String id,
    @Nullable DeviceId device,
    @Nullable String topic,
    Instant created,
    Instant until,
    boolean isStopped) {
  /** The longest; who watches longer begins another one. */
  public static final Duration DURATION_MAX = Duration.ofMinutes(10);

  /** Of one enterprise at once: as many people as look for a fault at one time. */
  public static final int ALIVE_MAX = 8;

  public Trace {
    if ((device == null) == (topic == null)) {
      throw new IllegalArgumentException("cannot trace: give a device or a topic, one of them");
    }
    created = created.truncatedTo(ChronoUnit.MILLIS); // as the tables keep it
    until = until.truncatedTo(ChronoUnit.MILLIS);
  }

  /** Whether records are still made. */
  public boolean isAlive(Instant now) {
    return !isStopped && now.isBefore(until);
  }

  /** Whether it is of messages to this topic, whoever sends them. */
  public boolean matches(String name) {
    return topic != null && TopicFilters.matches(topic, name);
  }

  /** The same, ended before its time. */
  public Trace stopped() {
    return new Trace(enterprise, id, device, topic, created, until, true);
  }
}
