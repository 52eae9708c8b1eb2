// Reads a structured report as OHIF does, and prints its annotations as JSON.
//
//   node read_sr.mjs NODE_MODULES REPORT.dcm PLANES.json
//
// PLANES.json: for each SOP Instance UID the image plane as a cornerstone metadata provider gives it.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [modules, report, planesFile] = process.argv.slice(2);
const load = (file) => import(pathToFileURL(path.join(modules, file)));
const adaptersModule = await load("@cornerstonejs/adapters/dist/esm/index.js");
const core = await load("@cornerstonejs/core/dist/esm/index.js");
const dcmjsModule = await load("dcmjs/build/dcmjs.es.js");
const dcmjs = dcmjsModule.default ?? dcmjsModule;

const planes = JSON.parse(fs.readFileSync(planesFile, "utf8"));
const imageIdOf = {};
for (const uid of Object.keys(planes)) imageIdOf[`${uid}:1`] = `image:${uid}`;
const provider = (type, id) =>
  type === "imagePlaneModule" && id ? planes[id.replace("image:", "")] : undefined;
core.metaData.addProvider(provider, 100);

const bytes = fs.readFileSync(report);
const file = dcmjs.data.DicomMessage.readFile(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
const dataset = dcmjs.data.DicomMetaDictionary.naturalizeDataset(file.dict);
const { MeasurementReport } = adaptersModule.adaptersSR.Cornerstone3D;
const state = MeasurementReport.generateToolState(dataset, imageIdOf, core.metaData);

const found = Object.entries(state).flatMap(([tool, annotations]) =>
  annotations.map((one) => ({
    tool,
    label: one.annotation.data.label,
    points: one.annotation.data.handles.points,
    stats: Object.values(one.annotation.data.cachedStats)[0],
    sop: one.sopInstanceUid,
    uid: one.TrackingUniqueIdentifier,
    sites: one.findingSites.map((site) => site.CodeMeaning),
  })),
);
console.log("RESULT " + JSON.stringify(found));
process.exit(0);
