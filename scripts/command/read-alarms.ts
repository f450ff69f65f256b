import { CloudWatchClient, type MetricAlarm, paginateDescribeAlarms } from "@aws-sdk/client-cloudwatch";
import type { ClientConfig } from "./bridge.ts";

/** Reads the alarms whose names begin so: CloudFormation begins them with the name of their stack. @throws the errors of the SDK. */
export const readAlarms = async (AlarmNamePrefix: string, aws: ClientConfig): Promise<MetricAlarm[]> => {
  const client = new CloudWatchClient(aws);
  try {
    const alarms: MetricAlarm[] = [];
    for await (const { MetricAlarms = [] } of paginateDescribeAlarms({ client }, { AlarmNamePrefix }))
      alarms.push(...MetricAlarms);
    return alarms;
  } finally {
    client.destroy();
  }
};
