package qiantang.query;

import qiantang.query.access.AccessWatch;
import qiantang.query.change.ChangeUnits;
import qiantang.query.http.Conditions;
import qiantang.query.http.UnitEndpoints;
import qiantang.query.read.DeviceUnits;
import qiantang.query.read.Devices;
import qiantang.query.read.KeptUnits;
import qiantang.query.read.ReadUnits;
import qiantang.query.waiting.StoreWait;
import qiantang.store.registry.UnitTables;

/** What knows units; one of a program. */
record UnitParts(UnitTables tables, StoreWait store, KeptUnits kept, DeviceUnits ofDevices) {
  static UnitParts of(UnitTables tables, StoreWait store, Devices devices, AccessWatch watch) {
    KeptUnits kept = new KeptUnits(tables, store);
    return new UnitParts(tables, store, kept, new DeviceUnits(kept, devices, watch));
  }

  UnitEndpoints endpoints(Conditions conditions) {
    return new UnitEndpoints(
        new ReadUnits(tables, store), new ChangeUnits(tables, kept, store), conditions);
  }
}
