/** What `npm run test:aws` does not check, with the reason. */
export const leftOut: readonly string[] = [
  "the observability stack: the emulator has no AWS::Logs::QueryDefinition",
  "answers over HTTP (step chat of the smoke test): the emulator does not stream responses of functions",
  "production's gradual deployments, retained data and termination protection: it deploys the stage dev",
  "sqs:SendMessage as the permission of its batches: the emulator wants one for batches, which roles get there",
  "the secret's ARN as its Ref: the emulator answers the name, so the data stack exports the attribute Id instead",
  "callback URLs are not restricted to public addresses: the simulators are on this machine",
  "the advice on RongCloud's console: the IM is a simulator",
];
