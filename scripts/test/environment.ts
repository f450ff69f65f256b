/** What programs need of the machine that they run on. */
const machineVariables = [
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "SSL_CERT_FILE"],
  // Windows
  ...["SYSTEMROOT", "WINDIR", "COMSPEC", "PATHEXT", "TEMP", "TMP", "USERPROFILE", "APPDATA", "LOCALAPPDATA"],
];

/** What people set for the tests, or for how results are shown. */
const testVariables = [
  ...["CI", "TERM", "COLORTERM", "COLUMNS", "NO_COLOR", "FORCE_COLOR"],
  ...["CHROME_PATH", "DYNAMODB_ENDPOINT", "SQS_ENDPOINT"],
];

const pick = (names: readonly string[], environment: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value !== undefined && names.includes(name.toUpperCase()) ? [[name, value]] : [],
    ),
  );

/**
 * The environment for programs that tests start. A shell may have settings of the bridge, of AWS, CDK, npm or Node set,
 * and each would change what the program does. jest sets FORCE_COLOR, and Node warns on stderr where NO_COLOR is set too.
 */
export const programEnvironment = (environment: NodeJS.ProcessEnv): Record<string, string> =>
  pick(machineVariables, environment);

/** The environment for jest. */
export const testEnvironment = (environment: NodeJS.ProcessEnv): Record<string, string> =>
  pick([...machineVariables, ...testVariables], environment);
