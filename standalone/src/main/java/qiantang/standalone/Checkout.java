package qiantang.standalone;

import java.nio.file.Path;

/**
 * The folder of the script that started us, with its scenarios and recorded data.
 *
 * @param root that folder
 * @param current the folder in which commands are typed
 */
record Checkout(Path root, Path current) {
  /** As the script told; without one, what is needed is looked for here. */
  static Checkout ofScript() {
    Path current = Path.of("").toAbsolutePath();
    return new Checkout(Path.of(System.getProperty("qiantang.root", current.toString())), current);
  }

  /** How a file of it is written on a command line here. */
  String file(String inside) {
    return root.equals(current) ? inside : root.resolve(inside).toString();
  }

  /** How the script is called here. */
  String script() {
    return root.equals(current) ? "./qiantang" : root.resolve("qiantang").toString();
  }
}
