-- Where the views for auditors stand (matter/views.h): made by the program, read by whoever is given USAGE here.
CREATE SCHEMA IF NOT EXISTS bi;
