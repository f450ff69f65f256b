import { CfnOutput } from "aws-cdk-lib";
import { DomainName, EndpointType, type RestApi, SecurityPolicy } from "aws-cdk-lib/aws-apigateway";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import type { Config } from "./config.ts";

/** Serves the API under a custom domain, with TLS 1.2 or later. An output names the target of its DNS record. */
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
    description: `Target of the CNAME record for ${name}`,
    value: domain.domainNameAliasDomainName,
  });
};
