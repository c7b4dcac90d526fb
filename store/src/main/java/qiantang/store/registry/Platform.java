package qiantang.store.registry;

/**
 * One of the 1+N: the base platform, or an industry, regional or enterprise platform that
 * enterprises join.
 *
 * @param id {@code supet} for the base platform
 * @param name in Chinese
 * @param nameEn in English
 * @param kind {@code base}, {@code industry}, {@code region} or {@code enterprise}
 */
public record Platform(String id, String name, String nameEn, String kind) {
  /** Id of the base platform, which every enterprise has joined. */
  public static final String BASE = "supet";
}
