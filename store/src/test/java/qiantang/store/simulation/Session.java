package qiantang.store.simulation;

import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.StartId;

/** A device's session on a node: it ends there, or its end is not recorded. */
final class Session {
  final EnterpriseId enterprise;
  final DeviceId device;
  final IngestNode node;
  final StartId start;
  final long number;
  final Message begin;
  @Nullable Message end;

  /** One that begins. */
  Session(EnterpriseId enterprise, DeviceId device, IngestNode node, StartId start, long number) {
    this.enterprise = enterprise;
    this.device = device;
    this.node = node;
    this.start = start;
    this.number = number;
    begin = Message.presence(enterprise, device, number, true);
  }

  /** Whether its node is still the start on which it began, and can record its end. */
  boolean canEnd() {
    return end == null && node.isOpen() && start.equals(node.start());
  }
}
