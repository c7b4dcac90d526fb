package qiantang.query.read;

/** In which order a platform's enterprises are listed. */
public enum EnterpriseOrder {
  /** By id: the order in which they lie. */
  ID("id"),
  /** By name, then id. */
  NAME("name"),
  /** Who has most devices comes first. */
  DEVICES("devices"),
  /** Who has most devices offline comes first. */
  OFFLINE("offline");

  private final String word;

  EnterpriseOrder(String word) {
    this.word = word;
  }

  /** The word used in queries. */
  public String word() {
    return word;
  }
}
