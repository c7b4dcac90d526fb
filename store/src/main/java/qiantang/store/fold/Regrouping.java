package qiantang.store.fold;

import java.util.ArrayList;
import java.util.List;
import qiantang.store.model.DeviceId;

/** Where the devices of a group lie by another layout. */
final class Regrouping {
  private Regrouping() {}

  /**
   * The groups of a layout in which devices of this group of another may lie. A device's group is
   * its hash modulo the number of groups: where both numbers are powers of two, the finer layout's
   * groups each lie in one of the coarser.
   */
  static List<Integer> groupsIn(Layout layout, Layout other, int groupOfOther) {
    if (layout.groups() == other.groups() && layout.fast().keySet().equals(other.fast().keySet())) {
      return List.of(groupOfOther);
    }
    if (groupOfOther >= other.groups()) {
      DeviceId device = new ArrayList<>(other.fast().keySet()).get(groupOfOther - other.groups());
      return List.of(layout.groupOf(device));
    }
    List<Integer> groups = new ArrayList<>();
    int common = commonDivisor(layout.groups(), other.groups());
    for (int group = groupOfOther % common; group < layout.groups(); group += common) {
      groups.add(group);
    }
    for (DeviceId device : layout.fast().keySet()) {
      if (other.groupOf(device) == groupOfOther) {
        groups.add(layout.groupOf(device));
      }
    }
    return groups;
  }

  private static int commonDivisor(int a, int b) {
    return b == 0 ? a : commonDivisor(b, a % b);
  }
}
