package qiantang.sim.capacity;

/**
 * One machine, all of one kind.
 *
 * @param load share of its cores and memory that is planned to be used; the rest is for peaks,
 *     reconnect storms and the nodes that fail
 * @param diskFree share of the disk that stays free for compaction and repair
 * @param spares nodes of each kind beyond what is needed
 */
public record NodeShape(
    double cores, double memoryBytes, double diskBytes, double load, double diskFree, int spares) {

  double usableCores() {
    return cores * load;
  }

  double usableDiskBytes() {
    return diskBytes * (1 - diskFree);
  }
}
