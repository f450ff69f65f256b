import { CfnOutput } from "aws-cdk-lib";
import { DomainName, EndpointType, type RestApi, SecurityPolicy } from "aws-cdk-lib/aws-apigateway";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import type { Config } from "./config.ts";

/** A host name of one's own for the API, by TLS 1.2 or later. What DNS must say of it is an output. */
export const addCustomDomain = (
  api: RestApi,
  { name, certificateArn }: NonNullable<Config["domain"]>,
): void => {
  const domain = new DomainName(api.stack, "Domain", {
    domainName: name,
    certificate: Certificate.fromCertificateArn(api.stack, "Certificate", certificateArn),
    endpointType: EndpointType.REGIONAL,
    securityPolicy: SecurityPolicy.TLS_1_2,
  });
  domain.addBasePathMapping(api, { stage: api.deploymentStage });
  new CfnOutput(api.stack, "DomainTarget", {
    description: `What a CNAME record of ${name} must hold`,
    value: domain.domainNameAliasDomainName,
  });
};
