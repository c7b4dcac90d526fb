package qiantang.store.registry;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import qiantang.store.model.EnterpriseId;

/**
 * The customer, owner of all below it.
 *
 * @param name any UTF-8 up to 128 bytes
 * @param region city or other region, empty if not said
 * @param platforms ids of the platforms it joined, the base platform among them
 * @param subDevices what becomes of devices that its gateways name and nobody created
 * @param quotas what it may use of an ingest node
 */
public record Enterprise(
    EnterpriseId id,
    String name,
    String region,
    List<String> platforms,
    Retention retention,
    SubDevices subDevices,
    Quotas quotas,
    Instant created) {
  public Enterprise {
    created = created.truncatedTo(ChronoUnit.MILLIS); // as the tables keep it
  }

  /** One with usual settings. */
  public Enterprise(
      EnterpriseId id,
      String name,
      String region,
      List<String> platforms,
      Retention retention,
      Instant created) {
    this(id, name, region, platforms, retention, SubDevices.CREATE, Quotas.USUAL, created);
  }

  /** The same with another setting. */
  public Enterprise with(SubDevices setting) {
    return new Enterprise(id, name, region, platforms, retention, setting, quotas, created);
  }

  /** The same with other quotas. */
  public Enterprise with(Quotas others) {
    return new Enterprise(id, name, region, platforms, retention, subDevices, others, created);
  }
}
