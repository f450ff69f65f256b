/** Variables that programs need on any machine. */
const machineVariables = [
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "SSL_CERT_FILE"],
  // A folder of compiled code: it changes how fast programs start, and nothing else.
  "NODE_COMPILE_CACHE",
  // Windows
  ...["SYSTEMROOT", "WINDIR", "COMSPEC", "PATHEXT", "TEMP", "TMP", "USERPROFILE", "APPDATA", "LOCALAPPDATA"],
];

/** Variables that configure the tests or their output. */
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
 * The environment for programs that tests start. Without this filter, settings of the bridge, AWS, CDK, npm or Node in
 * the shell would change their behaviour. FORCE_COLOR is left out because Node warns on stderr when NO_COLOR is also
 * set.
 */
export const programEnvironment = (environment: NodeJS.ProcessEnv): Record<string, string> =>
  pick(machineVariables, environment);

/** The environment for jest. */
export const testEnvironment = (environment: NodeJS.ProcessEnv): Record<string, string> =>
  pick([...machineVariables, ...testVariables], environment);
