export const GuidePage = () => <h1>Guide</h1>;
