@equallength false
@classlabel true
@data
0:0
0,1:1
0,2,4:0
0,3,6,2:1
0:0
0,5:1
0,6,5:0
0,0,0,0:1
0:0
0,2:1
