package qiantang.standalone.admin;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code qiantang admin}: only a parent of its subcommands. */
@Command(
    name = "admin",
    description =
        "Lists, creates and changes enterprises, their quotas and units, devices, their"
            + " credentials, people's tokens, links to log in by, grants, and the audit, through"
            + " the HTTP API.",
    mixinStandardHelpOptions = true,
    subcommands = {
      EnterprisesCommand.class,
      QuotasCommand.class,
      UnitsCommand.class,
      DevicesCommand.class,
      CredentialsCommand.class,
      TokensCommand.class,
      LinkCommand.class,
      GrantsCommand.class,
      AuditCommand.class
    })
public final class AdminCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "name a subcommand: enterprises, quotas, units, devices, credentials, tokens, link, grants"
            + " or audit");
  }
}
