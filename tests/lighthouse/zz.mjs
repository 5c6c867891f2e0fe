import { launch } from "chrome-launcher"; import lighthouse from "lighthouse"; import { SITE, serve } from "./host.mjs";
const site=await serve();
for (const method of ["simulate","devtools"]) for (let i=0;i<2;i++){
const chrome=await launch({chromePath:"/usr/bin/chromium",chromeFlags:["--headless=new","--no-sandbox","--disable-gpu"]});
const {lhr}=await lighthouse(SITE+"en/telemetry/",{port:chrome.port,onlyCategories:["performance"],logLevel:"error",throttlingMethod:method});
await chrome.kill();
const m=lhr.audits.metrics.details.items[0];
console.log(method,lhr.categories.performance.score,Object.fromEntries(Object.entries(m).filter(([k])=>/observed(First|Largest|Speed|Load|Dom)|largest|first|total|speed|interactive/i.test(k)&&!/Ts/.test(k))));
console.log(lhr.audits["long-tasks"].details.items.map(t=>[t.url.split("/").pop(),Math.round(t.startTime),Math.round(t.duration)]));
console.log(JSON.stringify(lhr.audits["largest-contentful-paint-element"].details.items.map(i=>i.items?.[0]?.node?.snippet??i.items)).slice(0,400));
}
await site.close();
