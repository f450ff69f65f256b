/** The first is a valid URL once its defaults are filled in: code generators use it as the base URL. */
export const servers = [
  {
    url: "https://{host}/{stage}",
    description: "A deployment on API Gateway. The stack's output `Url` has its host and stage.",
    variables: {
      host: {
        default: "api-id.execute-api.us-east-1.amazonaws.com",
        description: "The host of the API: its ID and region.",
      },
      stage: { default: "dev", description: "The stage that was deployed." },
    },
  },
  {
    url: "https://{domain}",
    description: "A deployment with a domain of its own (setting `domain`).",
    variables: {
      domain: { default: "bots.example.com", description: "The domain's name." },
    },
  },
  { url: "http://127.0.0.1:3000", description: "A local run (`npm start`)." },
  { url: ".", description: "The deployment that serves this document." },
];
